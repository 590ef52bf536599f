/** A custom resource with everything that kubectl's commands touch. */
export const widgetCrd = `
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata:
  name: widgets.example.com
spec:
  group: example.com
  scope: Namespaced
  names: { plural: widgets, singular: widget, kind: Widget, listKind: WidgetList, shortNames: [wd], categories: [all] }
  versions:
    - name: v1
      served: true
      storage: true
      schema:
        openAPIV3Schema:
          type: object
          description: Widget is a thing with a size.
          properties:
            spec:
              type: object
              description: What the widget should be.
              required: [size]
              properties:
                size: { type: integer, minimum: 1, maximum: 9, description: How big it is. }
                color: { type: string, default: red, enum: [red, green, blue] }
                replicas: { type: integer, default: 1 }
                tags: { type: array, items: { type: string }, x-kubernetes-list-type: set }
            status:
              type: object
              properties:
                replicas: { type: integer }
                selector: { type: string }
                phase: { type: string }
                conditions:
                  type: array
                  x-kubernetes-list-type: map
                  x-kubernetes-list-map-keys: [type]
                  items:
                    type: object
                    required: [type, status]
                    properties:
                      type: { type: string }
                      status: { type: string }
                      reason: { type: string }
                      message: { type: string }
      subresources:
        status: {}
        scale: { specReplicasPath: .spec.replicas, statusReplicasPath: .status.replicas, labelSelectorPath: .status.selector }
      selectableFields: [{ jsonPath: .spec.color }]
      additionalPrinterColumns:
        - { name: Size, type: integer, jsonPath: .spec.size }
        - { name: Color, type: string, jsonPath: .spec.color, priority: 1 }
        - { name: Age, type: date, jsonPath: .metadata.creationTimestamp }
`;

export const widget = (name: string, spec = 'size: 3', labels = '') => `
apiVersion: example.com/v1
kind: Widget
metadata:
  name: ${name}
  labels: { app: ${name}${labels} }
spec: { ${spec} }
`;

export const deployment = (name: string, replicas = 1) => `
apiVersion: apps/v1
kind: Deployment
metadata:
  name: ${name}
  labels: { app: ${name} }
spec:
  replicas: ${replicas}
  selector: { matchLabels: { app: ${name} } }
  template:
    metadata: { labels: { app: ${name} } }
    spec: { containers: [{ name: web, image: "nginx:1.27" }] }
`;

export const pod = (name: string) => `
apiVersion: v1
kind: Pod
metadata:
  name: ${name}
  labels: { app: ${name} }
spec:
  containers: [{ name: main, image: ubuntu, command: [sleep, infinity] }]
`;
