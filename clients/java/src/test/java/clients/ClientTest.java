package clients;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import io.fabric8.kubernetes.api.model.KubernetesResourceList;
import io.fabric8.kubernetes.api.model.ListOptionsBuilder;
import io.fabric8.kubernetes.api.model.Namespace;
import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceDefinition;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.Watcher;
import io.fabric8.kubernetes.client.WatcherException;
import io.fabric8.kubernetes.client.dsl.MixedOperation;
import io.fabric8.kubernetes.client.dsl.Resource;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.fabric8.kubernetes.client.extended.leaderelection.LeaderCallbacks;
import io.fabric8.kubernetes.client.extended.leaderelection.LeaderElectionConfigBuilder;
import io.fabric8.kubernetes.client.extended.leaderelection.resourcelock.LeaseLock;
import io.fabric8.kubernetes.client.informers.ResourceEventHandler;
import io.fabric8.kubernetes.client.informers.SharedIndexInformer;
import java.io.ByteArrayOutputStream;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What operators in Java do, on the cluster of the current kubeconfig. */
@Timeout(60)
class ClientTest {

  private static KubernetesClient client;
  private String namespace;

  @BeforeAll
  static void defineGadgets() {
    client = new KubernetesClientBuilder().build();
    CustomResourceDefinition definition = client.apiextensions().v1().customResourceDefinitions()
        .load(ClientTest.class.getResourceAsStream("/gadgets.yaml")).item();
    client.resource(definition).serverSideApply();
    client.resource(definition).waitUntilCondition(
        crd -> crd.getStatus() != null && crd.getStatus().getConditions().stream()
            .anyMatch(condition -> condition.getType().equals("Established") && condition.getStatus().equals("True")),
        20, TimeUnit.SECONDS);
  }

  @AfterAll
  static void close() {
    client.close();
  }

  @BeforeEach
  void newNamespace() {
    Namespace made = new NamespaceBuilder().withNewMetadata().withGenerateName("java-").endMetadata().build();
    namespace = client.resource(made).create().getMetadata().getName();
  }

  private MixedOperation<Gadget, KubernetesResourceList<Gadget>, Resource<Gadget>> allGadgets() {
    return client.resources(Gadget.class);
  }

  private Resource<Gadget> gadget(Gadget gadget) {
    return allGadgets().inNamespace(namespace).resource(gadget);
  }

  private Resource<Gadget> gadget(String name) {
    return allGadgets().inNamespace(namespace).withName(name);
  }

  private ConfigMap configMap(String name, String value) {
    return new ConfigMapBuilder().withNewMetadata().withName(name).withNamespace(namespace).endMetadata()
        .addToData("k", value).build();
  }

  private static void eventually(String what, BooleanSupplier condition) throws InterruptedException {
    for (int turn = 0; turn < 1000; turn++) {
      if (condition.getAsBoolean()) return;
      Thread.sleep(20);
    }
    throw new AssertionError("not in 20 s: " + what);
  }

  @Test
  void theVersionIsThatOfTheServer() {
    assertEquals("1", client.getKubernetesVersion().getMajor());
    assertEquals("32", client.getKubernetesVersion().getMinor());
    assertTrue(client.supports(Gadget.class));
  }

  @Test
  void objectsAreCreatedEditedReplacedAndDeleted() {
    Gadget made = gadget(Gadget.named("g", 3)).create();
    assertEquals("green", made.getSpec().getColor());
    assertEquals(1, made.getMetadata().getGeneration());
    KubernetesClientException huge = assertThrows(KubernetesClientException.class,
        () -> gadget(Gadget.named("huge", 1000)).create());
    assertEquals(422, huge.getCode());
    assertEquals("Invalid", huge.getStatus().getReason());

    Gadget edited = gadget("g").edit(gadget -> {
      gadget.getSpec().setSize(4);
      return gadget;
    });
    assertEquals(2, edited.getMetadata().getGeneration());
    made.getSpec().setSize(5);
    assertEquals(409, assertThrows(KubernetesClientException.class, () -> gadget(made).update()).getCode());
    edited.getSpec().setSize(6);
    assertEquals(6, gadget(edited).update().getSpec().getSize());

    assertEquals(1, gadget("g").delete().size());
    gadget("g").waitUntilCondition(gadget -> gadget == null, 20, TimeUnit.SECONDS);
    assertNull(gadget("g").get());
  }

  @Test
  void theStatusIsWrittenApart() {
    gadget(Gadget.named("g", 3)).create();
    Gadget written = gadget("g").editStatus(gadget -> {
      gadget.setStatus(Gadget.ready(2));
      gadget.getSpec().setSize(50);
      return gadget;
    });
    assertEquals(List.of(2, 3), List.of(written.getStatus().getReady(), written.getSpec().getSize()));
    written.setStatus(Gadget.ready(3));
    assertEquals(3, gadget(written).updateStatus().getStatus().getReady());
    written = gadget("g").subresource("status")
        .patch(PatchContext.of(PatchType.JSON_MERGE), "{\"status\": {\"ready\": 4}}");
    assertEquals(List.of(4, 1L), List.of(written.getStatus().getReady(), written.getMetadata().getGeneration()));
  }

  @Test
  void appliesConflictUnlessForced() {
    client.resource(configMap("c", "1")).fieldManager("one").serverSideApply();
    KubernetesClientException conflict = assertThrows(KubernetesClientException.class,
        () -> client.resource(configMap("c", "2")).fieldManager("two").serverSideApply());
    assertEquals(409, conflict.getCode());
    assertEquals("FieldManagerConflict", conflict.getStatus().getDetails().getCauses().get(0).getReason());
    ConfigMap forced = client.resource(configMap("c", "2")).fieldManager("two").forceConflicts().serverSideApply();
    assertEquals("2", forced.getData().get("k"));
    assertEquals(List.of("Apply"), forced.getMetadata().getManagedFields().stream()
        .filter(entry -> entry.getManager().equals("two")).map(entry -> entry.getOperation()).toList());
  }

  @Test
  void patchesOfEveryTypeWork() {
    Resource<ConfigMap> map = client.resource(configMap("c", "1"));
    map.create();
    assertEquals("2", map.patch(PatchContext.of(PatchType.JSON_MERGE), "{\"data\":{\"k\":\"2\"}}").getData().get("k"));
    String replace = "[{\"op\":\"replace\",\"path\":\"/data/k\",\"value\":\"3\"}]";
    assertEquals("3", map.patch(PatchContext.of(PatchType.JSON), replace).getData().get("k"));
    ConfigMap labelled = map.patch(PatchContext.of(PatchType.STRATEGIC_MERGE), "{\"metadata\":{\"labels\":{\"a\":\"b\"}}}");
    assertEquals(Map.of("a", "b"), labelled.getMetadata().getLabels());
    map.dryRun(true).patch(PatchContext.of(PatchType.JSON_MERGE), "{\"data\":null}");
    assertEquals("3", map.get().getData().get("k"));
  }

  @Test
  void listsComeInPagesAndBySelectors() {
    IntStream.range(0, 5).forEach(index -> gadget(Gadget.named("g" + index, index)).create());
    var some = allGadgets().inNamespace(namespace);
    var first = some.list(new ListOptionsBuilder().withLimit(2L).build());
    var rest = some.list(new ListOptionsBuilder().withLimit(10L).withContinue(first.getMetadata().getContinue()).build());
    assertEquals(List.of(2, 3), List.of(first.getItems().size(), rest.getItems().size()));
    assertEquals(1, some.withField("metadata.name", "g3").list().getItems().size());
    assertEquals(0, some.withLabel("none").list().getItems().size());
    some.delete();
    assertEquals(0, some.list().getItems().size());
  }

  @Test
  void watchesTellWhatHappens() throws Exception {
    Queue<String> seen = new ConcurrentLinkedQueue<>();
    try (var watch = allGadgets().inNamespace(namespace).watch(new Watcher<Gadget>() {
      @Override
      public void eventReceived(Action action, Gadget gadget) {
        seen.add(action + " " + gadget.getMetadata().getName());
      }

      @Override
      public void onClose(WatcherException cause) {
        seen.add("closed");
      }
    })) {
      gadget(Gadget.named("g", 1)).create();
      gadget("g").edit(gadget -> {
        gadget.getSpec().setSize(2);
        return gadget;
      });
      gadget("g").delete();
      eventually("three events", () -> seen.size() >= 3);
      assertEquals(List.of("ADDED g", "MODIFIED g", "DELETED g"), List.copyOf(seen));
    }
  }

  @Test
  void informersFollowAndResync() throws Exception {
    gadget(Gadget.named("early", 1)).create();
    AtomicInteger again = new AtomicInteger();
    Queue<String> seen = new ConcurrentLinkedQueue<>();
    try (SharedIndexInformer<Gadget> informer = allGadgets().inNamespace(namespace)
        .inform(new ResourceEventHandler<Gadget>() {
          @Override
          public void onAdd(Gadget gadget) {
            seen.add("add " + gadget.getMetadata().getName());
          }

          @Override
          public void onUpdate(Gadget before, Gadget after) {
            if (before.getMetadata().getResourceVersion().equals(after.getMetadata().getResourceVersion())) {
              again.incrementAndGet();
            } else {
              seen.add("update " + after.getMetadata().getName());
            }
          }

          @Override
          public void onDelete(Gadget gadget, boolean unknown) {
            seen.add("delete " + gadget.getMetadata().getName());
          }
        }, 1000)) {
      eventually("synced", informer::hasSynced);
      assertEquals(1, informer.getStore().list().size());
      gadget(Gadget.named("late", 1)).create();
      gadget("late").editStatus(gadget -> {
        gadget.setStatus(Gadget.ready(1));
        return gadget;
      });
      gadget("early").delete();
      eventually("four events", () -> seen.size() >= 4);
      assertEquals(List.of("add early", "add late", "update late", "delete early"), List.copyOf(seen));
      eventually("a resync", () -> again.get() > 0);
      assertEquals(1, informer.getStore().list().size());
    }
  }

  @Test
  void oneOfTwoLeadsAndTheOtherFollowsWhenItEnds() throws Exception {
    CountDownLatch firstLeads = new CountDownLatch(1);
    CountDownLatch secondLeads = new CountDownLatch(1);
    CompletableFuture<?> first = elect("first", firstLeads);
    assertTrue(firstLeads.await(20, TimeUnit.SECONDS));
    CompletableFuture<?> second = elect("second", secondLeads);
    assertTrue(!secondLeads.await(1, TimeUnit.SECONDS));
    first.cancel(true);
    assertTrue(secondLeads.await(20, TimeUnit.SECONDS));
    var lease = client.leases().inNamespace(namespace).withName("leader").get();
    assertEquals("second", lease.getSpec().getHolderIdentity());
    assertEquals(1, lease.getSpec().getLeaseTransitions());
    second.cancel(true);
  }

  private CompletableFuture<?> elect(String identity, CountDownLatch leads) {
    return client.leaderElector().withConfig(new LeaderElectionConfigBuilder()
        .withName("leader")
        .withLock(new LeaseLock(namespace, "leader", identity))
        .withLeaseDuration(Duration.ofSeconds(3))
        .withRenewDeadline(Duration.ofSeconds(2))
        .withRetryPeriod(Duration.ofMillis(200))
        .withReleaseOnCancel(true)
        .withLeaderCallbacks(new LeaderCallbacks(leads::countDown, () -> {}, leader -> {}))
        .build()).build().start();
  }

  @Test
  void aPodIsReadAndEntered() throws Exception {
    Pod wanted = new PodBuilder().withNewMetadata().withName("web").withNamespace(namespace).endMetadata()
        .withNewSpec().addNewContainer().withName("main").withImage("busybox")
        .withCommand("sh", "-c", "echo started; sleep 1000").endContainer().endSpec().build();
    eventually("the namespace has its service account",
        () -> client.serviceAccounts().inNamespace(namespace).withName("default").get() != null);
    client.resource(wanted).create();
    var pod = client.pods().inNamespace(namespace).withName("web");
    pod.waitUntilReady(60, TimeUnit.SECONDS);
    assertEquals("started\n", pod.getLog());
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (var running = pod.writingOutput(out).exec("echo", "hello")) {
      assertEquals(0, running.exitCode().get(20, TimeUnit.SECONDS));
    }
    assertEquals("hello\n", out.toString());
  }
}
