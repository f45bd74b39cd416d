{{- /* The controller's flags. Those that values leave empty are left to their defaults. */ -}}
{{- define "serin.args" -}}
{{- $v := .Values -}}
{{- $metrics := ternary (printf "http://%s:9090" (include "serin.prometheusName" .)) $v.metricsServer $v.prometheus.install -}}
{{- $args := list
  (printf "-log-level=%s" $v.logLevel)
  (printf "-metrics-server=%s" $metrics)
  (printf "-enable-config-tracking=%t" $v.configTracking.enabled)
  (printf "-install-crds=%t" (and $v.installCRDs (eq $v.namespace "")))
  (printf "-leader-election-namespace=%s" .Release.Namespace)
-}}
{{- $flags := list
  (list "mesh-provider" $v.meshProvider)
  (list "namespace" $v.namespace)
  (list "selector-labels" $v.selectorLabels)
  (list "include-label-prefix" $v.includeLabelPrefix)
  (list "ingress-annotations-prefix" $v.ingressAnnotationsPrefix)
  (list "ingress-class" $v.ingressClass)
  (list "minimum-analysis-interval" $v.minimumAnalysisInterval)
  (list "leader-election-lease-duration" $v.leaderElection.leaseDuration)
  (list "leader-election-renew-deadline" $v.leaderElection.renewDeadline)
  (list "leader-election-retry-period" $v.leaderElection.retryPeriod)
  (list "no-cross-namespace-refs" (ternary "true" "" $v.noCrossNamespaceRefs))
  (list "revert-on-deletion" (ternary "true" "" $v.revertOnDeletion))
  (list "kubeconfig-qps" ($v.kubeconfigQPS | toString))
  (list "kubeconfig-burst" ($v.kubeconfigBurst | toString))
  (list "cluster-name" $v.clusterName)
  (list "event-webhook" $v.eventWebhook)
  (list "slack-url" $v.slack.url)
  (list "slack-user" $v.slack.user)
  (list "slack-channel" $v.slack.channel)
  (list "slack-proxy-url" ($v.slack.proxy | default $v.slack.proxyUrl))
  (list "msteams-url" (dig "url" "" ($v.msteams | default dict)))
  (list "msteams-proxy-url" (dig "proxyUrl" "" ($v.msteams | default dict)))
-}}
{{- range $flag := $flags -}}
{{- with index $flag 1 -}}{{- $args = append $args (printf "-%s=%s" (index $flag 0) .) -}}{{- end -}}
{{- end -}}
{{- toYaml $args -}}
{{- end -}}
