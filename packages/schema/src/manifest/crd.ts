import type { AnyCustomResource, ResourceVersion } from '../resource/resource.ts';
import type { CustomResourceConversion, CustomResourceDefinition, CustomResourceVersion } from './crd-types.ts';

/** A name that never resolves (RFC 2606): nothing is converted before somebody says who does it. */
const UNREACHABLE: CustomResourceConversion = {
  strategy: 'Webhook',
  webhook: {
    conversionReviewVersions: ['v1'],
    clientConfig: { url: 'https://operator-has-not-started.invalid/convert' },
  },
};

/**
 * The CustomResourceDefinition of a resource, as controller-gen writes it for the same definition. Two things differ: the
 * boilerplate descriptions of apiVersion and kind are left out (the API server's OpenAPI supplies its own), and so is
 * controller-gen's version annotation.
 */
export function crdManifest(
  resource: AnyCustomResource,
  conversion: CustomResourceConversion | undefined = resource.conversions && UNREACHABLE,
): CustomResourceDefinition {
  const { group, plural, singular, kind, listKind, shortNames, categories } = resource;
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: {
      name: `${plural}.${group}`,
      ...(Object.keys(resource.labels).length > 0 && { labels: resource.labels }),
      ...(Object.keys(resource.annotations).length > 0 && { annotations: resource.annotations }),
    },
    spec: {
      group,
      names: {
        ...(categories.length > 0 && { categories }),
        kind,
        listKind,
        plural,
        ...(shortNames.length > 0 && { shortNames }),
        singular,
      },
      scope: resource.scope,
      versions: Object.values(resource.versions).map(versionManifest),
      ...(conversion && { conversion }),
    },
  };
}

function versionManifest(version: ResourceVersion): CustomResourceVersion {
  const { columns, deprecated, scale, selectableFields } = version;
  return {
    ...(columns.length > 0 && { additionalPrinterColumns: columns }),
    ...(deprecated !== false && { deprecated: true }),
    ...(typeof deprecated === 'string' && { deprecationWarning: deprecated }),
    name: version.version,
    schema: { openAPIV3Schema: version.schema },
    ...(selectableFields.length > 0 && { selectableFields }),
    served: version.served,
    storage: version.storage,
    ...(version.subresources.length > 0 && {
      subresources: {
        ...(scale && { scale }),
        ...(version.subresources.includes('status') && { status: {} }),
      },
    }),
  };
}
