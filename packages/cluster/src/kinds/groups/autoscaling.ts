import type { Behaviours } from '../behaviour.ts';
import { autoscalerV1Conversion, autoscalerV1ToV2 } from '../conversion/autoscaling.ts';
import { setHorizontalPodAutoscalerDefaults, setHorizontalPodAutoscalerV1Defaults } from '../defaults/autoscaling.ts';
import { horizontalPodAutoscalerPrinter } from '../printers/autoscaling.ts';
import { asJson } from '../tree.ts';
import { validateHorizontalPodAutoscaler } from '../validation/others.ts';
import { autoscalerStatusErrors } from '../validation/status.ts';

export const autoscalingV2: Behaviours = {
  HorizontalPodAutoscaler: {
    defaults: setHorizontalPodAutoscalerDefaults,
    validate: validateHorizontalPodAutoscaler,
    validateUpdate: autoscalerStatusErrors,
    printer: horizontalPodAutoscalerPrinter,
  },
};

export const autoscalingV1: Behaviours = {
  HorizontalPodAutoscaler: {
    defaults: setHorizontalPodAutoscalerV1Defaults,
    validate: validateHorizontalPodAutoscaler,
    validateUpdate: autoscalerStatusErrors,
    // The targets that v1 keeps in annotations are shown as v2 shows them.
    printer: {
      columns: horizontalPodAutoscalerPrinter.columns,
      row: (object, nowMs) => horizontalPodAutoscalerPrinter.row(asJson(autoscalerV1ToV2(object)), nowMs),
    },
    conversion: autoscalerV1Conversion,
  },
};
