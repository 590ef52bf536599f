// What controller-runtime and client-go do, on an API server that envtest starts from KUBEBUILDER_ASSETS.
package clients

import (
	"context"
	"fmt"
	"os"
	"testing"

	"github.com/go-logr/logr"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes/scheme"
	"k8s.io/client-go/rest"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/envtest"
	"sigs.k8s.io/controller-runtime/pkg/log"
)

var (
	config *rest.Config
	server *envtest.Environment
)

func TestMain(m *testing.M) {
	log.SetLogger(logr.Discard())
	server = &envtest.Environment{CRDDirectoryPaths: []string{"../crds"}, ErrorIfCRDPathMissing: true}
	var err error
	if config, err = server.Start(); err != nil {
		fmt.Fprintln(os.Stderr, "envtest does not start:", err)
		os.Exit(1)
	}
	config.QPS = -1
	code := m.Run()
	if err := server.Stop(); err != nil {
		fmt.Fprintln(os.Stderr, "envtest does not stop:", err)
		code = 1
	}
	os.Exit(code)
}

// newNamespace gives a test a namespace and a client that reads from the server.
func newNamespace(t *testing.T) (context.Context, string, client.Client) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	t.Cleanup(cancel)
	c, err := client.New(config, client.Options{Scheme: scheme.Scheme})
	if err != nil {
		t.Fatal(err)
	}
	namespace := &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{GenerateName: "clients-"}}
	if err := c.Create(ctx, namespace); err != nil {
		t.Fatal(err)
	}
	return ctx, namespace.Name, c
}
