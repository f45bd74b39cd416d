// Package ext stands for a module that Traefik refers to and that is published nowhere: the fields which Traefik's
// commercial edition adds to its dynamic configuration. Here there are none.
package ext

type HTTP struct{}

type Router struct{}
