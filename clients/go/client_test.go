package clients

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/types"
	corev1apply "k8s.io/client-go/applyconfigurations/core/v1"
	"k8s.io/client-go/discovery"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/util/retry"
	"sigs.k8s.io/controller-runtime/pkg/client"
)

var widgetKind = schema.GroupVersionKind{Group: "clients.example.com", Version: "v1", Kind: "Widget"}

func newWidget(namespace, name string, size int64) *unstructured.Unstructured {
	widget := &unstructured.Unstructured{Object: map[string]any{"spec": map[string]any{"size": size}}}
	widget.SetGroupVersionKind(widgetKind)
	widget.SetNamespace(namespace)
	widget.SetName(name)
	return widget
}

func deployment(namespace, name string) *appsv1.Deployment {
	labels := map[string]string{"app": name}
	return &appsv1.Deployment{
		ObjectMeta: metav1.ObjectMeta{Namespace: namespace, Name: name},
		Spec: appsv1.DeploymentSpec{
			Selector: &metav1.LabelSelector{MatchLabels: labels},
			Template: corev1.PodTemplateSpec{
				ObjectMeta: metav1.ObjectMeta{Labels: labels},
				Spec: corev1.PodSpec{Containers: []corev1.Container{{
					Name: "c", Image: "nginx",
					Resources: corev1.ResourceRequirements{Requests: corev1.ResourceList{"cpu": resource.MustParse("100m")}},
				}}},
			},
		},
	}
}

func TestDiscoveryFindsBuiltInAndCustomKinds(t *testing.T) {
	found, err := discovery.NewDiscoveryClientForConfigOrDie(config).ServerPreferredResources()
	if err != nil {
		t.Fatal(err)
	}
	kinds := map[string]bool{}
	for _, list := range found {
		for _, item := range list.APIResources {
			kinds[list.GroupVersion+"/"+item.Kind] = true
		}
	}
	for _, kind := range []string{"v1/Pod", "apps/v1/Deployment", "clients.example.com/v1/Widget"} {
		if !kinds[kind] {
			t.Errorf("%s is not discovered", kind)
		}
	}
}

// Typed objects travel as protobuf.
func TestTypedObjectsAreCreatedReadUpdatedAndDeleted(t *testing.T) {
	ctx, namespace, c := newNamespace(t)
	object := deployment(namespace, "web")
	if err := c.Create(ctx, object); err != nil {
		t.Fatal(err)
	}
	if object.UID == "" || *object.Spec.Replicas != 1 || object.Spec.Strategy.RollingUpdate == nil {
		t.Errorf("defaults are missing: %+v", object.Spec)
	}
	stale := object.DeepCopy()
	object.Spec.Template.Spec.Containers[0].Image = "nginx:2"
	if err := c.Update(ctx, object); err != nil {
		t.Fatal(err)
	}
	if object.Generation != 2 {
		t.Errorf("generation %d after a change of the spec", object.Generation)
	}
	if err := c.Update(ctx, stale); !apierrors.IsConflict(err) {
		t.Errorf("a stale update: %v", err)
	}
	object.Status.ObservedGeneration = 2
	if err := c.Status().Update(ctx, object); err != nil {
		t.Fatal(err)
	}
	bad := deployment(namespace, "Bad_Name")
	var status apierrors.APIStatus
	if err := c.Create(ctx, bad); !apierrors.IsInvalid(err) || !errors.As(err, &status) || len(status.Status().Details.Causes) == 0 {
		t.Errorf("an invalid name: %v", err)
	}
	if err := c.Delete(ctx, object, client.Preconditions{UID: &stale.UID}); err != nil {
		t.Fatal(err)
	}
	if err := c.Get(ctx, client.ObjectKeyFromObject(object), object); !apierrors.IsNotFound(err) {
		t.Errorf("after the deletion: %v", err)
	}
}

func TestCustomObjectsAreValidatedPatchedAndHaveAStatus(t *testing.T) {
	ctx, namespace, c := newNamespace(t)
	widget := newWidget(namespace, "w", 3)
	if err := c.Create(ctx, widget); err != nil {
		t.Fatal(err)
	}
	if color, _, _ := unstructured.NestedString(widget.Object, "spec", "color"); color != "green" {
		t.Errorf("default color %q", color)
	}
	if err := c.Create(ctx, newWidget(namespace, "huge", 1000)); !apierrors.IsInvalid(err) {
		t.Errorf("size 1000: %v", err)
	}
	if err := c.Patch(ctx, widget, client.RawPatch(types.MergePatchType, []byte(`{"spec":{"color":"red"}}`))); err != nil {
		t.Fatal(err)
	}
	if err := c.Patch(ctx, widget, client.RawPatch(types.JSONPatchType, []byte(`[{"op":"test","path":"/spec/color","value":"red"},{"op":"replace","path":"/spec/size","value":4}]`))); err != nil {
		t.Fatal(err)
	}
	if err := unstructured.SetNestedField(widget.Object, int64(4), "status", "ready"); err != nil {
		t.Fatal(err)
	}
	if err := c.Status().Update(ctx, widget); err != nil {
		t.Fatal(err)
	}
	if ready, _, _ := unstructured.NestedInt64(widget.Object, "status", "ready"); ready != 4 || widget.GetGeneration() != 3 {
		t.Errorf("ready %d, generation %d", ready, widget.GetGeneration())
	}
}

func TestServerSideApplyReportsConflictsAndForces(t *testing.T) {
	ctx, namespace, _ := newNamespace(t)
	clientset := kubernetes.NewForConfigOrDie(config)
	maps := clientset.CoreV1().ConfigMaps(namespace)
	apply := func(manager, value string, force bool) error {
		_, err := maps.Apply(ctx, corev1apply.ConfigMap("c", namespace).WithData(map[string]string{"k": value}), metav1.ApplyOptions{FieldManager: manager, Force: force})
		return err
	}
	if err := apply("one", "1", false); err != nil {
		t.Fatal(err)
	}
	if err := apply("two", "2", false); !apierrors.IsConflict(err) || !strings.Contains(err.Error(), `conflict with "one": .data.k`) {
		t.Errorf("a conflict: %v", err)
	}
	if err := apply("two", "2", true); err != nil {
		t.Fatal(err)
	}
	extracted, err := maps.Get(ctx, "c", metav1.GetOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if owned, err := corev1apply.ExtractConfigMap(extracted, "two"); err != nil || owned.Data["k"] != "2" {
		t.Errorf("what two owns: %+v, %v", owned, err)
	}
}

func TestStrategicMergePatchesMergeContainersByName(t *testing.T) {
	ctx, namespace, c := newNamespace(t)
	object := deployment(namespace, "web")
	if err := c.Create(ctx, object); err != nil {
		t.Fatal(err)
	}
	changed := object.DeepCopy()
	changed.Spec.Template.Spec.Containers = append(changed.Spec.Template.Spec.Containers, corev1.Container{Name: "side", Image: "busybox"})
	if err := c.Patch(ctx, changed, client.StrategicMergeFrom(object)); err != nil {
		t.Fatal(err)
	}
	if len(changed.Spec.Template.Spec.Containers) != 2 {
		t.Errorf("containers: %+v", changed.Spec.Template.Spec.Containers)
	}
}

func TestListsComePagedSelectedAndAsMetadataOnly(t *testing.T) {
	ctx, namespace, c := newNamespace(t)
	for _, name := range []string{"a", "b", "c", "d", "e"} {
		object := &corev1.ConfigMap{ObjectMeta: metav1.ObjectMeta{Namespace: namespace, Name: name, Labels: map[string]string{"half": map[bool]string{true: "1", false: "2"}[name < "c"]}}}
		if err := c.Create(ctx, object); err != nil {
			t.Fatal(err)
		}
	}
	var names []string
	list := &corev1.ConfigMapList{}
	for {
		if err := c.List(ctx, list, client.InNamespace(namespace), client.Limit(2), client.Continue(list.Continue)); err != nil {
			t.Fatal(err)
		}
		for _, item := range list.Items {
			names = append(names, item.Name)
		}
		if list.Continue == "" {
			break
		}
	}
	if strings.Join(names, "") != "abcde" {
		t.Errorf("pages: %v", names)
	}
	if err := c.List(ctx, list, client.InNamespace(namespace), client.MatchingLabels{"half": "1"}); err != nil || len(list.Items) != 2 {
		t.Errorf("by label: %d, %v", len(list.Items), err)
	}
	if err := c.List(ctx, list, client.InNamespace(namespace), client.MatchingFields{"metadata.name": "c"}); err != nil || len(list.Items) != 1 {
		t.Errorf("by field: %d, %v", len(list.Items), err)
	}
	metadata := &metav1.PartialObjectMetadataList{}
	metadata.SetGroupVersionKind(schema.GroupVersionKind{Version: "v1", Kind: "ConfigMapList"})
	if err := c.List(ctx, metadata, client.InNamespace(namespace)); err != nil || len(metadata.Items) != 5 {
		t.Errorf("metadata only: %d, %v", len(metadata.Items), err)
	}
}

func TestFinalizersHoldADeletion(t *testing.T) {
	ctx, namespace, c := newNamespace(t)
	object := &corev1.ConfigMap{ObjectMeta: metav1.ObjectMeta{Namespace: namespace, Name: "kept", Finalizers: []string{"clients.example.com/hold"}}}
	if err := c.Create(ctx, object); err != nil {
		t.Fatal(err)
	}
	if err := c.Delete(ctx, object); err != nil {
		t.Fatal(err)
	}
	if err := c.Get(ctx, client.ObjectKeyFromObject(object), object); err != nil || object.DeletionTimestamp == nil {
		t.Fatalf("while it is held: %v %v", object.DeletionTimestamp, err)
	}
	err := retry.RetryOnConflict(retry.DefaultRetry, func() error {
		object.Finalizers = nil
		return c.Update(ctx, object)
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Get(ctx, client.ObjectKeyFromObject(object), object); !apierrors.IsNotFound(err) {
		t.Errorf("after it was let go: %v", err)
	}
}

func TestDryRunsStoreNothing(t *testing.T) {
	ctx, namespace, c := newNamespace(t)
	object := deployment(namespace, "dry")
	if err := client.NewDryRunClient(c).Create(ctx, object); err != nil || object.UID == "" {
		t.Fatalf("dry run: %v", err)
	}
	if err := c.Get(ctx, client.ObjectKeyFromObject(object), object); !apierrors.IsNotFound(err) {
		t.Errorf("after a dry run: %v", err)
	}
}

func eventually(t *testing.T, what string, condition func(ctx context.Context) bool) {
	t.Helper()
	deadline := time.Now().Add(20 * time.Second)
	for !condition(context.Background()) {
		if time.Now().After(deadline) {
			t.Fatalf("not in 20 s: %s", what)
		}
		time.Sleep(20 * time.Millisecond)
	}
}
