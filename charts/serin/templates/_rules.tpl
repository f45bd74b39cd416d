{{- /* What the controller does where Canaries are. Deleting is left to Kubernetes, but for what is named here. */ -}}
{{- define "serin.rules" -}}
{{- $providers := append .Values.rbac.providers (.Values.meshProvider | default "istio") -}}
# The finalizer is a patch of the Canary, its status another.
- apiGroups: [flagger.app]
  resources: [canaries]
  verbs: [get, list, watch, patch]
- apiGroups: [flagger.app]
  resources: [canaries/status]
  verbs: [patch]
# Owner references that block deletion need this where OwnerReferencesPermissionEnforcement is on, as on OpenShift.
- apiGroups: [flagger.app]
  resources: [canaries/finalizers]
  verbs: [update]
- apiGroups: [flagger.app]
  resources: [metrictemplates, alertproviders]
  verbs: [list, watch]
- apiGroups: [apps]
  resources: [deployments, daemonsets]
  verbs: [get, list, watch, create, update, patch]
# Snapshots of what was promoted cannot be changed, so one takes the place of another.
- apiGroups: [apps]
  resources: [controllerrevisions]
  verbs: [get, list, watch, create, delete]
- apiGroups: [""]
  resources: [services]
  verbs: [get, list, watch, create, update]
# Asked before a Service gets its first requests.
- apiGroups: [discovery.k8s.io]
  resources: [endpointslices]
  verbs: [list]
# The primary's copy goes when the Canary names no autoscaler any more.
- apiGroups: [autoscaling]
  resources: [horizontalpodautoscalers]
  verbs: [get, list, watch, create, update, delete]
# KEDA's is told by an annotation to leave its target at nothing.
- apiGroups: [keda.sh]
  resources: [scaledobjects]
  verbs: [get, list, watch, create, update, patch, delete]
{{- if .Values.configTracking.enabled }}
# Watched as metadata only; contents are read one by one when a tracked one changes.
- apiGroups: [""]
  resources: [configmaps, secrets]
  verbs: [get, list, watch, create, update]
# The type of a Secret cannot be changed, so a copy of another type takes the place of the former.
- apiGroups: [""]
  resources: [secrets]
  verbs: [delete]
{{- else }}
# Credentials of metric templates and alert providers.
- apiGroups: [""]
  resources: [secrets]
  {{- with .Values.rbac.secretNames }}
  resourceNames: {{ toJson . }}
  {{- end }}
  verbs: [get]
{{- end }}
- apiGroups: [""]
  resources: [events]
  verbs: [get, create, patch]
{{- if has "istio" $providers }}
- apiGroups: [networking.istio.io]
  resources: [virtualservices, destinationrules]
  verbs: [get, list, watch, create, update]
{{- end }}
{{- if or (has "gatewayapi:v1" $providers) (has "gatewayapi:v1beta1" $providers) }}
- apiGroups: [gateway.networking.k8s.io]
  resources: [httproutes]
  verbs: [get, list, watch, create, update]
{{- end }}
{{- if has "traefik" $providers }}
- apiGroups: [traefik.io]
  resources: [traefikservices]
  verbs: [get, list, watch, create, update]
{{- end }}
{{- if or (has "nginx" $providers) (has "skipper" $providers) }}
- apiGroups: [networking.k8s.io]
  resources: [ingresses]
  verbs: [get, list, watch, create, update]
{{- end }}
{{- if has "apisix" $providers }}
- apiGroups: [apisix.apache.org]
  resources: [apisixroutes]
  verbs: [get, list, watch, create, update]
{{- end }}
{{- if has "contour" $providers }}
- apiGroups: [projectcontour.io]
  resources: [httpproxies]
  verbs: [get, list, watch, create, update]
{{- end }}
{{- if or (has "linkerd" $providers) (has "osm" $providers) (regexMatch "(^|,)smi:" (join "," $providers)) }}
- apiGroups: [split.smi-spec.io]
  resources: [trafficsplits]
  verbs: [get, list, watch, create, update]
{{- end }}
{{- if regexMatch "(^|,)appmesh(,|$|:v1beta2)" (join "," $providers) }}
- apiGroups: [appmesh.k8s.aws]
  resources: [virtualnodes, virtualservices{{ if regexMatch "(^|,)appmesh:v1beta2" (join "," $providers) }}, virtualrouters{{ end }}]
  verbs: [get, list, watch, create, update]
{{- end }}
{{- if regexMatch "(^|,)gloo" (join "," $providers) }}
- apiGroups: [gateway.solo.io]
  resources: [routetables]
  verbs: [get, list, watch, create, update]
- apiGroups: [gloo.solo.io]
  resources: [upstreams]
  verbs: [get, list, watch, create, update]
{{- end }}
{{- if has "kuma" $providers }}
# In no namespace, and owned by nobody: Kubernetes deletes none.
- apiGroups: [kuma.io]
  resources: [trafficroutes]
  verbs: [get, list, watch, create, update, delete]
{{- end }}
{{- if has "knative" $providers }}
# A Knative Service is target and route in one, and always the user's.
- apiGroups: [serving.knative.dev]
  resources: [services]
  verbs: [get, list, watch, update]
- apiGroups: [serving.knative.dev]
  resources: [revisions]
  verbs: [get, list, watch]
{{- end }}
{{- if .Values.rbac.keptn }}
- apiGroups: [metrics.keptn.sh]
  resources: [keptnmetrics]
  verbs: [get]
# One is made for every question and deleted when it is answered.
- apiGroups: [metrics.keptn.sh]
  resources: [analyses]
  verbs: [get, create, delete]
{{- end }}
{{- with .Values.rbac.externalMetrics }}
- apiGroups: [external.metrics.k8s.io]
  resources: {{ toJson . }}
  verbs: [get, list]
{{- end }}
{{- end -}}

{{- /* Who leads: the Lease is Flagger's, so that each excludes the other. */ -}}
{{- define "serin.leaseRules" -}}
- apiGroups: [coordination.k8s.io]
  resources: [leases]
  verbs: [create]
- apiGroups: [coordination.k8s.io]
  resources: [leases]
  resourceNames: [flagger-leader-election]
  verbs: [get, update]
{{- end -}}

{{- /* Applying a definition is a patch, and where it is missing a creation. */ -}}
{{- define "serin.definitionRules" -}}
- apiGroups: [apiextensions.k8s.io]
  resources: [customresourcedefinitions]
  resourceNames: [canaries.flagger.app, metrictemplates.flagger.app, alertproviders.flagger.app]
  verbs: [get, create, patch]
{{- end -}}
