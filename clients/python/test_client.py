"""What the official Python client does, on the cluster of the current kubeconfig."""

import threading
import unittest
import uuid

from kubernetes import client, config, dynamic, watch
from kubernetes.client.exceptions import ApiException
from kubernetes.leaderelection import electionconfig, leaderelection
from kubernetes.leaderelection.resourcelock.configmaplock import ConfigMapLock

config.load_kube_config()
core = client.CoreV1Api()
apps = client.AppsV1Api()
custom = client.CustomObjectsApi()
WIDGETS = ("clients.example.com", "v1")


def deployment(name):
    labels = {"app": name}
    container = client.V1Container(name="c", image="nginx")
    template = client.V1PodTemplateSpec(
        metadata=client.V1ObjectMeta(labels=labels), spec=client.V1PodSpec(containers=[container])
    )
    selector = client.V1LabelSelector(match_labels=labels)
    return client.V1Deployment(
        metadata=client.V1ObjectMeta(name=name), spec=client.V1DeploymentSpec(selector=selector, template=template)
    )


def widget(name, size):
    return {
        "apiVersion": "/".join(WIDGETS),
        "kind": "Widget",
        "metadata": {"name": name},
        "spec": {"size": size},
    }


class Client(unittest.TestCase):
    def setUp(self):
        self.namespace = f"python-{uuid.uuid4().hex[:8]}"
        core.create_namespace(client.V1Namespace(metadata=client.V1ObjectMeta(name=self.namespace)))

    def refused(self, status, call, *args, **kwargs):
        with self.assertRaises(ApiException) as raised:
            call(*args, **kwargs)
        self.assertEqual(raised.exception.status, status, raised.exception.body)
        return raised.exception.body

    def test_typed_objects_are_created_read_patched_and_deleted(self):
        made = apps.create_namespaced_deployment(self.namespace, deployment("web"))
        self.assertEqual(made.spec.replicas, 1)
        self.assertEqual(made.spec.strategy.type, "RollingUpdate")
        self.refused(409, apps.create_namespaced_deployment, self.namespace, deployment("web"))
        patch = {"spec": {"template": {"spec": {"containers": [{"name": "side", "image": "busybox"}]}}}}
        patched = apps.patch_namespaced_deployment("web", self.namespace, patch)
        self.assertEqual({c.name for c in patched.spec.template.spec.containers}, {"c", "side"})
        scale = apps.read_namespaced_deployment_scale("web", self.namespace)
        scale.spec.replicas = 3
        apps.replace_namespaced_deployment_scale("web", self.namespace, scale)
        self.assertEqual(apps.read_namespaced_deployment("web", self.namespace).spec.replicas, 3)
        stale = made
        stale.spec.replicas = 5
        self.refused(409, apps.replace_namespaced_deployment, "web", self.namespace, stale)
        apps.delete_namespaced_deployment("web", self.namespace, propagation_policy="Background")
        self.refused(404, apps.read_namespaced_deployment, "web", self.namespace)

    def test_custom_objects_are_validated_and_have_a_status(self):
        args = (*WIDGETS, self.namespace, "widgets")
        made = custom.create_namespaced_custom_object(*args, widget("w", 3))
        self.assertEqual(made["spec"]["color"], "green")
        body = self.refused(422, custom.create_namespaced_custom_object, *args, widget("huge", 1000))
        self.assertIn("should be less than or equal to 100", body)
        custom.patch_namespaced_custom_object_status(*args, "w", {"status": {"ready": 3}})
        self.assertEqual(custom.get_namespaced_custom_object(*args, "w")["status"]["ready"], 3)

    def test_a_watch_goes_on_where_the_list_ended(self):
        for name in ("a", "b"):
            core.create_namespaced_config_map(self.namespace, client.V1ConfigMap(metadata={"name": name}))
        listed = core.list_namespaced_config_map(self.namespace)
        version = listed.metadata.resource_version
        core.create_namespaced_config_map(self.namespace, client.V1ConfigMap(metadata={"name": "c"}))
        core.delete_namespaced_config_map("a", self.namespace)
        seen = []
        stream = watch.Watch()
        events = stream.stream(
            core.list_namespaced_config_map, self.namespace, resource_version=version, timeout_seconds=10
        )
        for event in events:
            seen.append((event["type"], event["object"].metadata.name))
            if len(seen) == 2:
                stream.stop()
        self.assertEqual(seen, [("ADDED", "c"), ("DELETED", "a")])

    def test_pages_follow_each_other(self):
        for index in range(5):
            core.create_namespaced_secret(self.namespace, client.V1Secret(metadata={"name": f"s{index}"}))
        names, token = [], None
        while True:
            page = core.list_namespaced_secret(self.namespace, limit=2, _continue=token)
            names += [secret.metadata.name for secret in page.items]
            token = page.metadata._continue
            if not token:
                break
        self.assertEqual(names, [f"s{index}" for index in range(5)])

    def test_the_dynamic_client_discovers_and_applies(self):
        api = dynamic.DynamicClient(client.ApiClient())
        widgets = api.resources.get(api_version="/".join(WIDGETS), kind="Widget")
        body = {**widget("applied", 7), "metadata": {"name": "applied", "namespace": self.namespace}}
        made = widgets.server_side_apply(body=body, namespace=self.namespace, field_manager="python")
        self.assertEqual(made.spec.size, 7)
        self.refused(
            409,
            widgets.server_side_apply,
            body={**body, "spec": {"size": 8}},
            namespace=self.namespace,
            field_manager="other",
        )

    def test_a_leader_is_elected(self):
        elected = threading.Event()
        lock = ConfigMapLock("leader", self.namespace, "python-1")
        settings = electionconfig.Config(
            lock,
            lease_duration=3,
            renew_deadline=2,
            retry_period=1,
            onstarted_leading=elected.set,
            onstopped_leading=lambda: None,
        )
        threading.Thread(target=leaderelection.LeaderElection(settings).run, daemon=True).start()
        self.assertTrue(elected.wait(20), "nobody leads")

    def test_what_is_not_there_is_said_as_kubernetes_says_it(self):
        body = self.refused(404, core.read_namespaced_pod, "nobody", self.namespace)
        self.assertIn('pods \\"nobody\\" not found', body)


if __name__ == "__main__":
    unittest.main()
