//! What kube-rs does, on the cluster of the current kubeconfig.
#![cfg(test)]

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use futures::{StreamExt, TryStreamExt};
use k8s_openapi::api::core::v1::{ConfigMap, Namespace, Secret};
use kube::{
    api::{Api, DeleteParams, ListParams, ObjectMeta, Patch, PatchParams, PostParams},
    core::PartialObjectMeta,
    discovery::Discovery,
    runtime::{
        controller::{Action, Controller},
        finalizer::{finalizer, Event},
        reflector, watcher, WatchStreamExt,
    },
    Client, CustomResource, Resource, ResourceExt,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

#[derive(CustomResource, Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[kube(
    group = "clients.example.com",
    version = "v1",
    kind = "Widget",
    namespaced,
    status = "WidgetStatus"
)]
struct WidgetSpec {
    size: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    color: Option<String>,
}

#[derive(Clone, Debug, Default, Deserialize, Serialize, JsonSchema)]
struct WidgetStatus {
    ready: Option<i64>,
}

async fn namespace() -> (Client, String) {
    let client = Client::try_default().await.expect("a kubeconfig");
    let name = format!("rust-{}", &uuid::Uuid::new_v4().simple().to_string()[..8]);
    let object = Namespace {
        metadata: ObjectMeta {
            name: Some(name.clone()),
            ..Default::default()
        },
        ..Default::default()
    };
    Api::<Namespace>::all(client.clone())
        .create(&PostParams::default(), &object)
        .await
        .expect("a namespace");
    (client, name)
}

fn widget(name: &str, size: i64) -> Widget {
    Widget::new(name, WidgetSpec { size, color: None })
}

fn config_map(name: &str) -> ConfigMap {
    ConfigMap {
        metadata: ObjectMeta {
            name: Some(name.into()),
            ..Default::default()
        },
        data: Some(BTreeMap::from([("k".into(), "v".into())])),
        ..Default::default()
    }
}

fn secret(name: &str) -> Secret {
    Secret {
        metadata: ObjectMeta {
            name: Some(name.into()),
            ..Default::default()
        },
        ..Default::default()
    }
}

async fn eventually<F: std::future::Future<Output = bool>>(what: &str, condition: impl Fn() -> F) {
    for _ in 0..1000 {
        if condition().await {
            return;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    panic!("not in 20 s: {what}");
}

#[tokio::test]
async fn discovery_finds_built_in_and_custom_kinds() {
    let (client, _) = namespace().await;
    for discovery in [
        Discovery::new(client.clone()).run().await.unwrap(),
        Discovery::new(client.clone())
            .run_aggregated()
            .await
            .unwrap(),
    ] {
        let (found, _) = discovery
            .resolve_gvk(&kube::core::GroupVersionKind::gvk(
                "clients.example.com",
                "v1",
                "Widget",
            ))
            .expect("Widget");
        assert_eq!(found.plural, "widgets");
        assert!(discovery.get("apps").is_some());
    }
}

#[tokio::test]
async fn objects_are_created_replaced_patched_and_deleted() {
    let (client, namespace) = namespace().await;
    let widgets: Api<Widget> = Api::namespaced(client, &namespace);
    let made = widgets
        .create(&PostParams::default(), &widget("w", 3))
        .await
        .unwrap();
    assert_eq!(made.spec.color.as_deref(), Some("green"));
    match widgets
        .create(&PostParams::default(), &widget("huge", 1000))
        .await
    {
        Err(kube::Error::Api(status)) => {
            assert_eq!((status.code, status.reason.as_str()), (422, "Invalid"))
        }
        other => panic!("size 1000: {other:?}"),
    }
    let patched = widgets
        .patch(
            "w",
            &PatchParams::default(),
            &Patch::Merge(json!({"spec": {"size": 4}})),
        )
        .await
        .unwrap();
    assert_eq!(
        (patched.spec.size, patched.metadata.generation),
        (4, Some(2))
    );
    match widgets.replace("w", &PostParams::default(), &made).await {
        Err(kube::Error::Api(status)) => assert_eq!(status.code, 409),
        other => panic!("a stale replace: {other:?}"),
    }
    let status =
        json!({"apiVersion": "clients.example.com/v1", "kind": "Widget", "status": {"ready": 4}});
    widgets
        .patch_status("w", &PatchParams::default(), &Patch::Merge(status))
        .await
        .unwrap();
    assert_eq!(
        widgets.get_status("w").await.unwrap().status.unwrap().ready,
        Some(4)
    );
    widgets.delete("w", &DeleteParams::default()).await.unwrap();
    assert!(widgets.get_opt("w").await.unwrap().is_none());
}

#[tokio::test]
async fn applies_conflict_unless_forced() {
    let (client, namespace) = namespace().await;
    let maps: Api<ConfigMap> = Api::namespaced(client, &namespace);
    let body = |value: &str| json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "c"}, "data": {"k": value}});
    maps.patch("c", &PatchParams::apply("one"), &Patch::Apply(body("1")))
        .await
        .unwrap();
    match maps
        .patch("c", &PatchParams::apply("two"), &Patch::Apply(body("2")))
        .await
    {
        Err(kube::Error::Api(status)) => assert_eq!(status.code, 409),
        other => panic!("a conflict: {other:?}"),
    }
    let forced = maps
        .patch(
            "c",
            &PatchParams::apply("two").force(),
            &Patch::Apply(body("2")),
        )
        .await
        .unwrap();
    assert_eq!(forced.data.unwrap()["k"], "2");
}

#[tokio::test]
async fn pages_selectors_and_metadata_only_lists_work() {
    let (client, namespace) = namespace().await;
    let secrets: Api<Secret> = Api::namespaced(client.clone(), &namespace);
    for name in ["a", "b", "c"] {
        secrets
            .create(&PostParams::default(), &secret(name))
            .await
            .unwrap();
    }
    let page = secrets.list(&ListParams::default().limit(2)).await.unwrap();
    let token = page.metadata.continue_.clone().expect("a second page");
    let rest = secrets
        .list(&ListParams::default().limit(2).continue_token(&token))
        .await
        .unwrap();
    assert_eq!((page.items.len(), rest.items.len()), (2, 1));
    assert_eq!(
        secrets
            .list(&ListParams::default().fields("metadata.name=b"))
            .await
            .unwrap()
            .items
            .len(),
        1
    );
    let metadata = secrets.list_metadata(&ListParams::default()).await.unwrap();
    assert_eq!(metadata.items.len(), 3);
    let only: PartialObjectMeta<Secret> = secrets.get_metadata("a").await.unwrap();
    assert_eq!(only.name_any(), "a");
}

async fn follows(config: watcher::Config) {
    let (client, namespace) = namespace().await;
    let secrets: Api<Secret> = Api::namespaced(client, &namespace);
    for index in 0..5 {
        secrets
            .create(&PostParams::default(), &secret(&format!("early-{index}")))
            .await
            .unwrap();
    }
    let (store, writer) = reflector::store();
    let stream = reflector(writer, watcher(secrets.clone(), config)).applied_objects();
    let follow = tokio::spawn(stream.try_for_each(|_| async { Ok(()) }));
    store.wait_until_ready().await.unwrap();
    assert_eq!(store.state().len(), 5);
    secrets
        .create(&PostParams::default(), &secret("late"))
        .await
        .unwrap();
    secrets
        .delete("early-0", &DeleteParams::default())
        .await
        .unwrap();
    eventually("the reflector holds late and not early-0", || async {
        let names: Vec<String> = store
            .state()
            .iter()
            .map(|secret| secret.name_any())
            .collect();
        names.len() == 5
            && names.contains(&"late".to_string())
            && !names.contains(&"early-0".to_string())
    })
    .await;
    follow.abort();
}

#[tokio::test]
async fn a_reflector_follows_by_list_and_watch() {
    follows(watcher::Config::default()).await;
}

#[tokio::test]
async fn a_reflector_follows_by_a_streaming_list() {
    follows(watcher::Config::default().streaming_lists()).await;
}

#[tokio::test]
async fn a_controller_reconciles_with_children_and_a_finalizer() {
    let (client, namespace) = namespace().await;
    let widgets: Api<Widget> = Api::namespaced(client.clone(), &namespace);
    let maps: Api<ConfigMap> = Api::namespaced(client.clone(), &namespace);
    let context = Arc::new(client.clone());
    let reconcile = |widget: Arc<Widget>, client: Arc<Client>| async move {
        let namespace = widget.namespace().unwrap();
        let widgets: Api<Widget> = Api::namespaced((*client).clone(), &namespace);
        let maps: Api<ConfigMap> = Api::namespaced((*client).clone(), &namespace);
        finalizer(
            &widgets,
            "clients.example.com/rust",
            widget,
            |event| async {
                if let Event::Apply(widget) = event {
                    let mut child = config_map(&widget.name_any());
                    child.metadata.owner_references =
                        Some(vec![widget.controller_owner_ref(&()).unwrap()]);
                    child.metadata.managed_fields = None;
                    maps.patch(
                        &widget.name_any(),
                        &PatchParams::apply("rust").force(),
                        &Patch::Apply(child),
                    )
                    .await?;
                    let status = json!({"status": {"ready": widget.spec.size}});
                    widgets
                        .patch_status(
                            &widget.name_any(),
                            &PatchParams::default(),
                            &Patch::Merge(status),
                        )
                        .await?;
                }
                Ok::<_, kube::Error>(Action::await_change())
            },
        )
        .await
    };
    let controller = Controller::new(widgets.clone(), watcher::Config::default())
        .owns(maps.clone(), watcher::Config::default())
        .run(
            reconcile,
            |_, _, _| Action::requeue(Duration::from_millis(100)),
            context,
        )
        .for_each(|_| async {});
    let running = tokio::spawn(controller);
    widgets
        .create(&PostParams::default(), &widget("w", 5))
        .await
        .unwrap();
    eventually("the status says 5", || async {
        widgets
            .get("w")
            .await
            .unwrap()
            .status
            .and_then(|status| status.ready)
            == Some(5)
    })
    .await;
    maps.delete("w", &DeleteParams::default()).await.unwrap();
    eventually("the child is back", || async {
        maps.get_opt("w").await.unwrap().is_some()
    })
    .await;
    widgets.delete("w", &DeleteParams::default()).await.unwrap();
    eventually("the widget is gone", || async {
        widgets.get_opt("w").await.unwrap().is_none()
    })
    .await;
    running.abort();
}
