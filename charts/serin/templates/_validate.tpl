{{- /* Values that make no sense together, or would not do what they seem to. */ -}}
{{- define "serin.validate" -}}
{{- $v := .Values -}}
{{- if regexMatch "(^|/)flagger$" $v.image.repository -}}
{{- fail (printf "image.repository is %s, which is Flagger itself: leave image out of the values, or name an image of Serin" $v.image.repository) -}}
{{- end -}}
{{- with $v.controlplane -}}{{- with .kubeconfig -}}{{- if .secretName -}}
{{- fail (printf "controlplane.kubeconfig.secretName is %s, but a mesh whose API is in another cluster is not there yet: routes would be written into this one" .secretName) -}}
{{- end -}}{{- end -}}{{- end -}}
{{- if and $v.namespace (has "kuma" (append $v.rbac.providers $v.meshProvider)) -}}
{{- fail (printf "namespace is %s, but provider kuma routes by objects of the whole cluster, which takes a ClusterRole: leave namespace empty, or leave kuma out of meshProvider and rbac.providers" $v.namespace) -}}
{{- end -}}
{{- if and $v.configTracking.enabled $v.rbac.secretNames -}}
{{- fail "rbac.secretNames is set while configTracking.enabled is true, but what targets refer to can only be tracked where all Secrets may be watched: leave rbac.secretNames empty, or set configTracking.enabled=false" -}}
{{- end -}}
{{- $least := $v.podDisruptionBudget.minAvailable | toString -}}
{{- if and $v.podDisruptionBudget.enabled (not (hasSuffix "%" $least)) (gt (int $least) (int $v.leaderElection.replicaCount)) -}}
{{- fail (printf "podDisruptionBudget.minAvailable is %s, more than leaderElection.replicaCount, which is %d: no node could ever be drained" $least (int $v.leaderElection.replicaCount)) -}}
{{- end -}}
{{- if and (not $v.networkPolicy.enabled) (or $v.networkPolicy.from $v.networkPolicy.egress) -}}
{{- fail "networkPolicy.from or networkPolicy.egress is set, but networkPolicy.enabled is false: nothing would be restricted" -}}
{{- end -}}
{{- range $key := keys (include "serin.labels" . | fromYaml) | sortAlpha -}}
{{- if or (hasKey $v.podLabels $key) (hasKey $v.deploymentLabels $key) -}}
{{- fail (printf "podLabels or deploymentLabels has %s, which the chart sets itself" $key) -}}
{{- end -}}
{{- end -}}
{{- end -}}
