{{- define "serin.name" -}}
{{- default .Chart.Name .Values.nameOverride | trunc 63 | trimSuffix "-" -}}
{{- end -}}

{{- define "serin.fullname" -}}
{{- if .Values.fullnameOverride -}}
{{- .Values.fullnameOverride | trunc 63 | trimSuffix "-" -}}
{{- else if contains (include "serin.name" .) .Release.Name -}}
{{- .Release.Name | trunc 63 | trimSuffix "-" -}}
{{- else -}}
{{- printf "%s-%s" .Release.Name (include "serin.name" .) | trunc 63 | trimSuffix "-" -}}
{{- end -}}
{{- end -}}

{{- /* Affinities of Flagger's chart call these by their names there. */ -}}
{{- define "flagger.name" -}}{{ include "serin.name" . }}{{- end -}}
{{- define "flagger.fullname" -}}{{ include "serin.fullname" . }}{{- end -}}

{{- define "serin.selectorLabels" -}}
app.kubernetes.io/name: {{ include "serin.name" . }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end -}}

{{- define "serin.commonLabels" -}}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
{{- end -}}

{{- define "serin.labels" -}}
{{ include "serin.selectorLabels" . }}
{{ include "serin.commonLabels" . }}
{{- end -}}

{{- /* Labels and annotations are texts, whatever values files make of them. */ -}}
{{- define "serin.quoted" -}}
{{- $texts := dict -}}
{{- range $key, $value := . -}}{{- $_ := set $texts $key ($value | toString) -}}{{- end -}}
{{- toYaml $texts -}}
{{- end -}}

{{- define "serin.prometheusName" -}}
{{- printf "%s-prometheus" (include "serin.fullname" . | trunc 52 | trimSuffix "-") -}}
{{- end -}}

{{- define "serin.prometheusSelectorLabels" -}}
app.kubernetes.io/name: {{ include "serin.name" . }}-prometheus
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end -}}

{{- define "serin.testLabels" -}}
app.kubernetes.io/name: {{ include "serin.name" . }}-test
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end -}}

{{- define "serin.serviceAccountName" -}}
{{- if .Values.serviceAccount.create -}}
{{- default (include "serin.fullname" .) .Values.serviceAccount.name -}}
{{- else -}}
{{- default "default" .Values.serviceAccount.name -}}
{{- end -}}
{{- end -}}

{{- define "serin.image" -}}
{{ .Values.image.repository }}:{{ .Values.image.tag | default .Chart.AppVersion }}
{{- end -}}

{{- /* What "restricted" asks of a pod. */ -}}
{{- define "serin.podSecurityContext" -}}
runAsNonRoot: true
seccompProfile: { type: RuntimeDefault }
{{- end -}}

{{- /* What "restricted" asks of a container, under what the values say. */ -}}
{{- define "serin.containerSecurityContext" -}}
{{- $restricted := dict "allowPrivilegeEscalation" false "capabilities" (dict "drop" (list "ALL")) -}}
{{- mergeOverwrite $restricted (deepCopy .) | toYaml -}}
{{- end -}}
