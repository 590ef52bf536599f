import type { Behaviours } from '../behaviour.ts';
import * as defaults from '../defaults/others.ts';
import * as printers from '../printers/others.ts';
import { certificateSigningRequestSelectors } from '../selectors.ts';
import { prepareCertificateRequestForCreate, prepareCertificateRequestForUpdate } from '../strategy/certificates.ts';
import { prepareLease } from '../strategy/lease.ts';
import { preparePriorityClassForCreate } from '../strategy/priority-class.ts';
import { validateAPIService, validateAPIServiceStatus } from '../validation/api-service.ts';
import { validateCertificateRequest, validateCertificateRequestUpdate } from '../validation/certificates.ts';
import { flowStatusErrors } from '../validation/flow-control.ts';
import { validateFlowSchema } from '../validation/flow-schema.ts';
import { pathSegmentName } from '../validation/names.ts';
import * as validation from '../validation/others.ts';
import { validatePriorityLevel } from '../validation/priority-level.ts';
import { validateRuntimeClass, validateRuntimeClassUpdate } from '../validation/runtime-class.ts';
import { runtimeClassWarnings } from '../warnings/others.ts';

/* Groups of one or two kinds with few rules of their own. */

export const apiregistration: Behaviours = {
  APIService: {
    nameRule: pathSegmentName,
    defaults: defaults.setAPIServiceDefaults,
    validate: validateAPIService,
    subresourceErrors: { status: validateAPIServiceStatus },
    printer: printers.apiServicePrinter,
  },
};

export const certificates: Behaviours = {
  CertificateSigningRequest: {
    nameRule: pathSegmentName,
    resetFields: {
      '': ['spec', 'status'],
      status: ['spec', 'status.conditions'],
      approval: ['spec', 'status.certificate'],
    },
    prepareForCreate: prepareCertificateRequestForCreate,
    prepareForUpdate: prepareCertificateRequestForUpdate,
    validate: validateCertificateRequest,
    validateUpdate: validateCertificateRequestUpdate,
    printer: printers.certificateSigningRequestPrinter,
    selectors: certificateSigningRequestSelectors,
  },
};

export const coordination: Behaviours = {
  Lease: {
    prepareForCreate: (lease) => prepareLease(lease, undefined),
    prepareForUpdate: prepareLease,
    validate: validation.validateLease,
    printer: printers.leasePrinter,
  },
};

export const flowcontrol: Behaviours = {
  FlowSchema: {
    defaults: defaults.setFlowSchemaDefaults,
    validate: validateFlowSchema,
    subresourceErrors: { status: flowStatusErrors },
    printer: printers.flowSchemaPrinter,
  },
  PriorityLevelConfiguration: {
    defaults: defaults.setPriorityLevelDefaults,
    validate: validatePriorityLevel,
    subresourceErrors: { status: flowStatusErrors },
    printer: printers.priorityLevelPrinter,
  },
};

export const node: Behaviours = {
  RuntimeClass: {
    validate: validateRuntimeClass,
    validateUpdate: validateRuntimeClassUpdate,
    warnings: runtimeClassWarnings,
    printer: printers.runtimeClassPrinter,
  },
};

export const scheduling: Behaviours = {
  PriorityClass: {
    defaults: defaults.setPriorityClassDefaults,
    prepareForCreate: preparePriorityClassForCreate,
    validate: validation.validatePriorityClass,
    validateUpdate: validation.validatePriorityClassUpdate,
    printer: printers.priorityClassPrinter,
  },
};
