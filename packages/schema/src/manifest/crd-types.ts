import type { StructuralSchema } from '../structural/schema.ts';

/** apiextensions.k8s.io/v1 CustomResourceDefinition as it is applied: without status. */
export interface CustomResourceDefinition {
  readonly apiVersion: 'apiextensions.k8s.io/v1';
  readonly kind: 'CustomResourceDefinition';
  readonly metadata: {
    /** `plural.group`. */
    readonly name: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
  };
  readonly spec: {
    readonly group: string;
    readonly names: CustomResourceNames;
    readonly scope: 'Namespaced' | 'Cluster';
    readonly versions: readonly CustomResourceVersion[];
    /** Absent: none, objects only get another apiVersion. */
    readonly conversion?: CustomResourceConversion;
  };
}

/** Who converts objects between versions. */
export type CustomResourceConversion = {
  readonly strategy: 'Webhook';
  readonly webhook: {
    readonly conversionReviewVersions: readonly string[];
    readonly clientConfig: {
      readonly url?: string;
      readonly service?: {
        readonly namespace: string;
        readonly name: string;
        readonly path?: string;
        readonly port?: number;
      };
      /** Base64 of PEM. */
      readonly caBundle?: string;
    };
  };
};

export interface CustomResourceNames {
  readonly plural: string;
  readonly singular: string;
  readonly kind: string;
  readonly listKind: string;
  readonly shortNames?: readonly string[];
  readonly categories?: readonly string[];
}

export interface CustomResourceVersion {
  readonly name: string;
  readonly served: boolean;
  readonly storage: boolean;
  readonly deprecated?: boolean;
  readonly deprecationWarning?: string;
  readonly schema: { readonly openAPIV3Schema: StructuralSchema };
  readonly subresources?: { readonly status?: Record<string, never>; readonly scale?: ScaleSubresource };
  readonly additionalPrinterColumns?: readonly PrinterColumn[];
  readonly selectableFields?: readonly SelectableField[];
}

export interface PrinterColumn {
  readonly name: string;
  readonly type: ColumnType;
  readonly jsonPath: string;
  readonly description?: string;
  readonly format?: string;
  /** 0 is shown always, more only with `-o wide`. */
  readonly priority?: number;
}

export type ColumnType = 'boolean' | 'date' | 'integer' | 'number' | 'string';

export interface ScaleSubresource {
  /** `.spec.replicas`. */
  readonly specReplicasPath: string;
  /** `.status.replicas`. */
  readonly statusReplicasPath: string;
  /** Where the status keeps the selector as text; HorizontalPodAutoscaler needs it. */
  readonly labelSelectorPath?: string;
}

export interface SelectableField {
  readonly jsonPath: string;
}
