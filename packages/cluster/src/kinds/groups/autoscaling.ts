import type { JsonObject } from '@opwright/machinery';
import type { Behaviours } from '../behaviour.ts';
import { autoscalerV1Conversion, autoscalerV1ToV2, keepNotes, settleAutoscalerV1 } from '../conversion/autoscaling.ts';
import { setHorizontalPodAutoscalerDefaults, setHorizontalPodAutoscalerV1Defaults } from '../defaults/autoscaling.ts';
import { horizontalPodAutoscalerPrinter } from '../printers/autoscaling.ts';
import { asJson } from '../tree.ts';
import {
  validateHorizontalPodAutoscaler,
  validateHorizontalPodAutoscalerStatusUpdate,
} from '../validation/autoscaling.ts';

const asV2 = (object: JsonObject) => asJson(autoscalerV1ToV2(object));

export const autoscalingV2: Behaviours = {
  HorizontalPodAutoscaler: {
    defaults: setHorizontalPodAutoscalerDefaults,
    validate: validateHorizontalPodAutoscaler,
    subresourceErrors: { status: validateHorizontalPodAutoscalerStatusUpdate },
    printer: horizontalPodAutoscalerPrinter,
  },
};

export const autoscalingV1: Behaviours = {
  HorizontalPodAutoscaler: {
    defaults(autoscaler) {
      setHorizontalPodAutoscalerV1Defaults(autoscaler);
      settleAutoscalerV1(autoscaler);
    },
    prepareForCreate: (autoscaler) => keepNotes(autoscaler, undefined, 'status'),
    prepareForUpdate: (autoscaler, old) => keepNotes(autoscaler, old, 'status'),
    prepareForStatusUpdate: (autoscaler, old) => keepNotes(autoscaler, old, 'spec'),
    validate: (object, old) => validateHorizontalPodAutoscaler(asV2(object), old && asV2(old)),
    subresourceErrors: { status: validateHorizontalPodAutoscalerStatusUpdate },
    // The targets that v1 keeps in annotations are shown as v2 shows them.
    printer: {
      columns: horizontalPodAutoscalerPrinter.columns,
      row: (object, nowMs) => horizontalPodAutoscalerPrinter.row(asV2(object), nowMs),
    },
    conversion: autoscalerV1Conversion,
  },
};
