package clients

import (
	"context"
	"crypto/tls"
	"net"
	"strconv"
	"testing"
	"time"

	admissionv1 "k8s.io/api/admissionregistration/v1"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/client-go/kubernetes/scheme"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/controller/controllerutil"
	"sigs.k8s.io/controller-runtime/pkg/envtest"
	"sigs.k8s.io/controller-runtime/pkg/manager"
	metricsserver "sigs.k8s.io/controller-runtime/pkg/metrics/server"
	"sigs.k8s.io/controller-runtime/pkg/webhook"
	"sigs.k8s.io/controller-runtime/pkg/webhook/admission"
)

// reconciler keeps a config map for each widget and counts it in the status.
type reconciler struct{ client.Client }

func (r reconciler) Reconcile(ctx context.Context, request ctrl.Request) (ctrl.Result, error) {
	widget := newWidget("", "", 0)
	if err := r.Get(ctx, request.NamespacedName, widget); err != nil {
		return ctrl.Result{}, client.IgnoreNotFound(err)
	}
	size, _, _ := unstructured.NestedInt64(widget.Object, "spec", "size")
	child := &corev1.ConfigMap{ObjectMeta: metav1.ObjectMeta{Namespace: request.Namespace, Name: request.Name}}
	_, err := controllerutil.CreateOrUpdate(ctx, r.Client, child, func() error {
		child.Data = map[string]string{"size": strconv.FormatInt(size, 10)}
		return controllerutil.SetControllerReference(widget, child, r.Scheme())
	})
	if err != nil {
		return ctrl.Result{}, err
	}
	if err := unstructured.SetNestedField(widget.Object, size, "status", "ready"); err != nil {
		return ctrl.Result{}, err
	}
	return ctrl.Result{}, r.Status().Update(ctx, widget)
}

func newManager(t *testing.T, options manager.Options) manager.Manager {
	t.Helper()
	options.Scheme = scheme.Scheme
	options.Metrics = metricsserver.Options{BindAddress: "0"}
	mgr, err := ctrl.NewManager(config, options)
	if err != nil {
		t.Fatal(err)
	}
	return mgr
}

func run(t *testing.T, ctx context.Context, mgr manager.Manager) (stop func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(ctx)
	ended := make(chan error, 1)
	go func() { ended <- mgr.Start(ctx) }()
	return func() {
		cancel()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	}
}

func TestAControllerReconcilesUnderLeaderElection(t *testing.T) {
	ctx, namespace, c := newNamespace(t)
	elect := manager.Options{LeaderElection: true, LeaderElectionID: "widgets", LeaderElectionNamespace: namespace, LeaderElectionReleaseOnCancel: true}
	mgr := newManager(t, elect)
	err := ctrl.NewControllerManagedBy(mgr).For(newWidget("", "", 0)).Owns(&corev1.ConfigMap{}).Complete(reconciler{mgr.GetClient()})
	if err != nil {
		t.Fatal(err)
	}
	stop := run(t, ctx, mgr)
	defer stop()
	widget := newWidget(namespace, "w", 5)
	if err := c.Create(ctx, widget); err != nil {
		t.Fatal(err)
	}
	key := client.ObjectKeyFromObject(widget)
	eventually(t, "the status says 5", func(ctx context.Context) bool {
		ready, _, _ := unstructured.NestedInt64(get(t, ctx, c, key).Object, "status", "ready")
		return ready == 5
	})
	child := &corev1.ConfigMap{ObjectMeta: metav1.ObjectMeta{Namespace: namespace, Name: "w"}}
	if err := c.Delete(ctx, child); err != nil {
		t.Fatal(err)
	}
	eventually(t, "a deleted child comes back", func(ctx context.Context) bool {
		return c.Get(ctx, key, &corev1.ConfigMap{}) == nil
	})
}

func get(t *testing.T, ctx context.Context, c client.Client, key client.ObjectKey) *unstructured.Unstructured {
	t.Helper()
	widget := newWidget("", "", 0)
	if err := c.Get(ctx, key, widget); err != nil {
		t.Fatal(err)
	}
	return widget
}

func TestACacheFollowsTheServer(t *testing.T) {
	ctx, namespace, c := newNamespace(t)
	mgr := newManager(t, manager.Options{})
	stop := run(t, ctx, mgr)
	defer stop()
	if !mgr.GetCache().WaitForCacheSync(ctx) {
		t.Fatal("the cache does not sync")
	}
	for i := range 50 {
		if err := c.Create(ctx, &corev1.Secret{ObjectMeta: metav1.ObjectMeta{Namespace: namespace, Name: "s" + strconv.Itoa(i)}}); err != nil {
			t.Fatal(err)
		}
	}
	eventually(t, "50 secrets are cached", func(ctx context.Context) bool {
		list := &corev1.SecretList{}
		if err := mgr.GetClient().List(ctx, list, client.InNamespace(namespace)); err != nil {
			t.Fatal(err)
		}
		return len(list.Items) == 50
	})
	if err := c.DeleteAllOf(ctx, &corev1.Secret{}, client.InNamespace(namespace)); err != nil {
		t.Fatal(err)
	}
	eventually(t, "no secret is cached", func(ctx context.Context) bool {
		list := &corev1.SecretList{}
		return mgr.GetClient().List(ctx, list, client.InNamespace(namespace)) == nil && len(list.Items) == 0
	})
}

func TestEnvtestInstallsWebhooksThatTheServerCalls(t *testing.T) {
	ctx, namespace, c := newNamespace(t)
	path, side, fail := "/deny", admissionv1.SideEffectClassNone, admissionv1.Fail
	scope := admissionv1.NamespacedScope
	options := envtest.WebhookInstallOptions{ValidatingWebhooks: []*admissionv1.ValidatingWebhookConfiguration{{
		ObjectMeta: metav1.ObjectMeta{Name: "deny.clients.example.com"},
		Webhooks: []admissionv1.ValidatingWebhook{{
			Name: "deny.clients.example.com", SideEffects: &side, FailurePolicy: &fail, AdmissionReviewVersions: []string{"v1"},
			NamespaceSelector: &metav1.LabelSelector{MatchLabels: map[string]string{"kubernetes.io/metadata.name": namespace}},
			ClientConfig:      admissionv1.WebhookClientConfig{Service: &admissionv1.ServiceReference{Namespace: "default", Name: "webhook", Path: &path}},
			Rules: []admissionv1.RuleWithOperations{{
				Operations: []admissionv1.OperationType{admissionv1.Create},
				Rule:       admissionv1.Rule{APIGroups: []string{""}, APIVersions: []string{"v1"}, Resources: []string{"configmaps"}, Scope: &scope},
			}},
		}},
	}}}
	if err := options.Install(config); err != nil {
		t.Fatal(err)
	}
	defer func() { _ = options.Cleanup() }()
	mgr := newManager(t, manager.Options{WebhookServer: webhook.NewServer(webhook.Options{
		Host: options.LocalServingHost, Port: options.LocalServingPort, CertDir: options.LocalServingCertDir,
	})})
	mgr.GetWebhookServer().Register(path, &webhook.Admission{Handler: admission.HandlerFunc(func(_ context.Context, request admission.Request) admission.Response {
		if request.Name == "bad" {
			return admission.Denied("no bad maps")
		}
		return admission.Allowed("").WithWarnings("seen")
	})})
	stop := run(t, ctx, mgr)
	defer stop()
	address := net.JoinHostPort(options.LocalServingHost, strconv.Itoa(options.LocalServingPort))
	eventually(t, "the webhook serves", func(context.Context) bool {
		conn, err := tls.DialWithDialer(&net.Dialer{Timeout: time.Second}, "tcp", address, &tls.Config{InsecureSkipVerify: true})
		if err != nil {
			return false
		}
		return conn.Close() == nil
	})
	if err := c.Create(ctx, &corev1.ConfigMap{ObjectMeta: metav1.ObjectMeta{Namespace: namespace, Name: "good"}}); err != nil {
		t.Error(err)
	}
	err := c.Create(ctx, &corev1.ConfigMap{ObjectMeta: metav1.ObjectMeta{Namespace: namespace, Name: "bad"}})
	if !apierrors.IsForbidden(err) {
		t.Errorf("the webhook is not asked: %v", err)
	}
}

func TestUsersOfEnvtestHaveTheirRights(t *testing.T) {
	ctx, namespace, _ := newNamespace(t)
	user, err := server.AddUser(envtest.User{Name: "jane"}, nil)
	if err != nil {
		t.Fatal(err)
	}
	c, err := client.New(user.Config(), client.Options{Scheme: scheme.Scheme})
	if err != nil {
		t.Fatal(err)
	}
	err = c.List(ctx, &corev1.SecretList{}, client.InNamespace(namespace))
	if !apierrors.IsForbidden(err) {
		t.Errorf("a user without roles: %v", err)
	}
}
