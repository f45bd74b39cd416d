{{- define "loadtester.name" -}}
{{- default .Chart.Name .Values.nameOverride | trunc 63 | trimSuffix "-" -}}
{{- end -}}

{{- define "loadtester.fullname" -}}
{{- if .Values.fullnameOverride -}}
{{- .Values.fullnameOverride | trunc 63 | trimSuffix "-" -}}
{{- else if contains (include "loadtester.name" .) .Release.Name -}}
{{- .Release.Name | trunc 63 | trimSuffix "-" -}}
{{- else -}}
{{- printf "%s-%s" .Release.Name (include "loadtester.name" .) | trunc 63 | trimSuffix "-" -}}
{{- end -}}
{{- end -}}

{{- /* Those of Flagger's chart, which cannot be changed in an upgrade. */ -}}
{{- define "loadtester.selectorLabels" -}}
app: {{ include "loadtester.name" . }}
{{- end -}}

{{- define "loadtester.labels" -}}
{{ include "loadtester.selectorLabels" . }}
app.kubernetes.io/name: {{ include "loadtester.name" . }}
app.kubernetes.io/instance: {{ .Release.Name }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
{{- end -}}

{{- /* Labels and annotations are texts, whatever values files make of them. */ -}}
{{- define "loadtester.quoted" -}}
{{- $texts := dict -}}
{{- range $key, $value := . -}}{{- $_ := set $texts $key ($value | toString) -}}{{- end -}}
{{- toYaml $texts -}}
{{- end -}}

{{- define "loadtester.testLabels" -}}
app: {{ include "loadtester.name" . }}-test
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end -}}

{{- define "loadtester.image" -}}
{{ .Values.image.repository }}:{{ .Values.image.tag | default .Chart.AppVersion }}
{{- end -}}

{{- /* What "restricted" asks of a pod and of a container, under what the values say. */ -}}
{{- define "loadtester.podSecurityContext" -}}
{{- $restricted := dict "runAsNonRoot" true "seccompProfile" (dict "type" "RuntimeDefault") -}}
{{- mergeOverwrite $restricted (deepCopy .) | toYaml -}}
{{- end -}}
{{- define "loadtester.containerSecurityContext" -}}
{{- $restricted := dict "allowPrivilegeEscalation" false "capabilities" (dict "drop" (list "ALL")) -}}
{{- mergeOverwrite $restricted (deepCopy .) | toYaml -}}
{{- end -}}

{{- /* Values that make no sense together, or would not do what they seem to. */ -}}
{{- define "loadtester.validate" -}}
{{- $v := .Values -}}
{{- if regexMatch "(^|/)flagger-loadtester$" $v.image.repository -}}
{{- fail (printf "image.repository is %s, which is Flagger's load tester: leave image out of the values, or name an image of Serin" $v.image.repository) -}}
{{- end -}}
{{- if and $v.rbac.create (not $v.rbac.rules) -}}
{{- fail "rbac.create is true and rbac.rules is empty: nothing would be allowed" -}}
{{- end -}}
{{- if and $v.rbac.create $v.serviceAccountName -}}
{{- fail (printf "serviceAccountName is %s while rbac.create makes another: set one of the two" $v.serviceAccountName) -}}
{{- end -}}
{{- if and (not $v.rbac.create) $v.rbac.rules -}}
{{- fail "rbac.rules is set, but rbac.create is false: they would be given to nobody" -}}
{{- end -}}
{{- if and (not $v.networkPolicy.enabled) $v.networkPolicy.from -}}
{{- fail "networkPolicy.from is set, but networkPolicy.enabled is false: nothing would be restricted" -}}
{{- end -}}
{{- if and (not $v.istio.enabled) (or $v.istio.gateway.enabled $v.istio.tls.enabled) -}}
{{- fail "istio.gateway.enabled or istio.tls.enabled is true, but istio.enabled is false" -}}
{{- end -}}
{{- if and $v.persistence.enabled (gt (int $v.replicaCount) 1) (ne $v.persistence.accessMode "ReadWriteMany") -}}
{{- fail (printf "replicaCount is %d with persistence.accessMode %s: replicas can only share a volume of ReadWriteMany" (int $v.replicaCount) $v.persistence.accessMode) -}}
{{- end -}}
{{- if and (not $v.persistence.enabled) $v.persistence.existingClaim -}}
{{- fail "persistence.existingClaim is set, but persistence.enabled is false: gates would not be kept in it" -}}
{{- end -}}
{{- $least := $v.podDisruptionBudget.minAvailable | toString -}}
{{- if and $v.podDisruptionBudget.enabled (not (hasSuffix "%" $least)) (gt (int $least) (int $v.replicaCount)) -}}
{{- fail (printf "podDisruptionBudget.minAvailable is %s, more than replicaCount, which is %d: no node could ever be drained" $least (int $v.replicaCount)) -}}
{{- end -}}
{{- range $key := keys (include "loadtester.labels" . | fromYaml) | sortAlpha -}}
{{- if hasKey ($v.podLabels | default dict) $key -}}
{{- fail (printf "podLabels has %s, which the chart sets itself" $key) -}}
{{- end -}}
{{- end -}}
{{- end -}}
