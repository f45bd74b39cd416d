/** What `npm run cluster -- --help` prints. */
export const HELP = `npm run cluster -- COMMAND

A real one-node Kubernetes on this machine: API server, scheduler, kubelet and all, built from Go modules, with
containerd from Debian. It needs root on Linux and no container registry. Everything lives in namespaces of its own:
the machine's network and firewall stay as they are, and nothing is left when it ends.

  up [--bare]         build what is missing (some twenty minutes the first time, never again), start what is not running,
                      apply what of the add-ons has changed since
                      --bare leaves out DNS, router, metrics and the example application's images
  down                end it; images are kept for the next time, nothing else
  status              what runs, and whether anything is left of a cluster that does not; 0 up, 3 down, 1 in between
  build               only build
  kubectl ARGS…       the cluster's own kubectl
  helm ARGS…          Helm 3
  exec COMMAND…       run a command inside the cluster's network: KUBECONFIG is set, services have names
  load IMAGE…         import a docker-archive, by path or by its name below dist/images
  fault FAULT PART    kill, start, restart, pause or resume a part: etcd, kube-apiserver, containerd,
                      kube-controller-manager, kube-scheduler, kubelet, kube-proxy

Examples
  npm run cluster -- up
  npm run cluster -- kubectl get pods -A
  npm run cluster -- exec curl -s http://traefik.traefik:8080/api/rawdata
  npm run cluster -- fault restart kube-apiserver

The cluster is reached from inside its network only: a command that wants to talk to it goes through exec. With
KUBECONFIG set, kubectl, helm and exec use the cluster that it names instead, and so do the suites.

Exit status: that of the command for kubectl, helm and exec; else 0, 1 for a failure, 2 for a mistake on the command
line. docs: CONTRIBUTING.md, "A real cluster".
`;
