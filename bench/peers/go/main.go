// The measurements of bench/peers in controller-runtime: `peer SCENARIO KUBECONFIG NAMESPACE COUNT` prints one line of JSON.
// What each scenario does is told in bench/peers/README.md; the other programs there do the same.
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"runtime"
	"sort"
	"strconv"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/go-logr/logr"
	corev1 "k8s.io/api/core/v1"
	policyv1 "k8s.io/api/policy/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/tools/clientcmd"
	"k8s.io/client-go/util/workqueue"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/cache"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/controller"
	metricsserver "sigs.k8s.io/controller-runtime/pkg/metrics/server"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"
)

const workers = 10

type results map[string]float64

func main() {
	scenario, kubeconfig, namespace := os.Args[1], os.Args[2], os.Args[3]
	count, err := strconv.Atoi(os.Args[4])
	check(err)
	ctrl.SetLogger(logr.Discard())
	config, err := clientcmd.BuildConfigFromFlags("", kubeconfig)
	check(err)
	// The limit of 20 requests per second would be all that is measured.
	config.QPS = -1
	manager, err := ctrl.NewManager(config, ctrl.Options{
		Cache:                  cache.Options{DefaultNamespaces: map[string]cache.Config{namespace: {}}},
		Metrics:                metricsserver.Options{BindAddress: "0"},
		HealthProbeBindAddress: "0",
	})
	check(err)
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	scenarios := map[string]func(context.Context, ctrl.Manager, string, int) results{
		"sync": measureSync, "latency": measureLatency, "noop": measureNoop, "status": measureStatus,
		"queue": measureQueue,
	}
	check(json.NewEncoder(os.Stdout).Encode(scenarios[scenario](ctx, manager, namespace, count)))
}

func measureSync(ctx context.Context, manager ctrl.Manager, _ string, count int) results {
	before, cpuBefore, start := heap(), processorMs(), time.Now()
	go func() { check(manager.Start(ctx)) }()
	_, err := manager.GetCache().GetInformer(ctx, &corev1.Pod{})
	check(err)
	var pods corev1.PodList
	check(manager.GetCache().List(ctx, &pods, client.UnsafeDisableDeepCopy))
	if len(pods.Items) != count {
		panic(fmt.Sprintf("%d pods are cached, not %d", len(pods.Items), count))
	}
	pods = corev1.PodList{}
	ms, cpu := since(start), processorMs()-cpuBefore
	used := heap() - before
	runtime.KeepAlive(manager)
	return results{"ms": ms, "processorMs": cpu, "heapKbPerObject": used / float64(count) / 1000, "peakMb": peakMb()}
}

func measureLatency(ctx context.Context, manager ctrl.Manager, namespace string, count int) results {
	var waiting sync.Map
	reconciler := reconcile.Func(func(_ context.Context, request reconcile.Request) (reconcile.Result, error) {
		if begun, ok := waiting.Load(request.Name); ok {
			select {
			case begun.(chan time.Time) <- time.Now():
			default:
			}
		}
		return reconcile.Result{}, nil
	})
	check(ctrl.NewControllerManagedBy(manager).For(&corev1.ConfigMap{}).Complete(reconciler))
	go func() { check(manager.Start(ctx)) }()
	manager.GetCache().WaitForCacheSync(ctx)
	latencies := make([]float64, 0, count)
	for i := range count {
		object := &corev1.ConfigMap{}
		object.Name, object.Namespace, object.Data = fmt.Sprintf("object-%d", i), namespace, map[string]string{"key": "value"}
		begun := make(chan time.Time, 1)
		waiting.Store(object.Name, begun)
		start := time.Now()
		check(manager.GetClient().Create(ctx, object))
		latencies = append(latencies, float64((<-begun).Sub(start).Microseconds())/1000)
	}
	sort.Float64s(latencies)
	return results{"p50Ms": latencies[count/2], "p99Ms": latencies[count*99/100]}
}

func measureNoop(ctx context.Context, manager ctrl.Manager, _ string, count int) results {
	var first, last atomic.Int64
	var runs atomic.Int32
	done := make(chan struct{})
	reconciler := reconcile.Func(func(ctx context.Context, request reconcile.Request) (reconcile.Result, error) {
		first.CompareAndSwap(0, time.Now().UnixNano())
		var object corev1.ConfigMap
		check(manager.GetClient().Get(ctx, request.NamespacedName, &object))
		if runs.Add(1) == int32(count) {
			last.Store(time.Now().UnixNano())
			close(done)
		}
		return reconcile.Result{}, nil
	})
	check(ctrl.NewControllerManagedBy(manager).For(&corev1.ConfigMap{}).Complete(reconciler))
	go func() { check(manager.Start(ctx)) }()
	<-done
	return results{"perSecond": float64(count) / (float64(last.Load()-first.Load()) / 1e9)}
}

func measureStatus(ctx context.Context, manager ctrl.Manager, _ string, count int) results {
	var first, last atomic.Int64
	var shown atomic.Int32
	done := make(chan struct{})
	reconciler := reconcile.Func(func(ctx context.Context, request reconcile.Request) (reconcile.Result, error) {
		first.CompareAndSwap(0, time.Now().UnixNano())
		var object policyv1.PodDisruptionBudget
		check(client.IgnoreNotFound(manager.GetClient().Get(ctx, request.NamespacedName, &object)))
		// The second run, which the write causes, shows that the status was written.
		if object.Status.ExpectedPods == 3 {
			if shown.Add(1) == int32(count) {
				last.Store(time.Now().UnixNano())
				close(done)
			}
			return reconcile.Result{}, nil
		}
		object.Status.ExpectedPods, object.Status.DesiredHealthy = 3, 2
		object.Status.Conditions = []metav1.Condition{{
			Type: "Ready", Status: metav1.ConditionTrue, Reason: "Reconciled", LastTransitionTime: metav1.Now(),
		}}
		return reconcile.Result{}, manager.GetClient().Status().Update(ctx, &object)
	})
	builder := ctrl.NewControllerManagedBy(manager).For(&policyv1.PodDisruptionBudget{})
	check(builder.WithOptions(controller.Options{MaxConcurrentReconciles: workers}).Complete(reconciler))
	go func() { check(manager.Start(ctx)) }()
	<-done
	return results{"perSecond": float64(count) / (float64(last.Load()-first.Load()) / 1e9)}
}

func measureQueue(_ context.Context, _ ctrl.Manager, namespace string, count int) results {
	queue := workqueue.NewTypedRateLimitingQueue(workqueue.DefaultTypedControllerRateLimiter[reconcile.Request]())
	start := time.Now()
	for i := range count {
		name := types.NamespacedName{Namespace: namespace, Name: fmt.Sprintf("object-%d", i)}
		queue.Add(reconcile.Request{NamespacedName: name})
	}
	for range count {
		item, _ := queue.Get()
		queue.Done(item)
	}
	return results{"perSecond": float64(count) / time.Since(start).Seconds()}
}

// heap is the number of bytes in live objects.
func heap() float64 {
	runtime.GC()
	runtime.GC()
	var stats runtime.MemStats
	runtime.ReadMemStats(&stats)
	return float64(stats.HeapAlloc)
}

func usage() (usage syscall.Rusage) {
	check(syscall.Getrusage(syscall.RUSAGE_SELF, &usage))
	return usage
}

func processorMs() float64 {
	used := usage()
	return float64(used.Utime.Nano()+used.Stime.Nano()) / 1e6
}

func peakMb() float64 { return float64(usage().Maxrss) / 1024 }

func since(start time.Time) float64 { return float64(time.Since(start).Microseconds()) / 1000 }

func check(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
