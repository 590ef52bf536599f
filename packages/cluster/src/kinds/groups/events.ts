import type { Behaviours } from '../behaviour.ts';
import { eventsConversion } from '../conversion/events.ts';
import { eventsEventPrinter } from '../printers/events.ts';
import { eventsEventSelectors } from '../selectors.ts';
import { validateNewEvent } from '../validation/events.ts';

export const events: Behaviours = {
  Event: {
    validate: validateNewEvent,
    printer: eventsEventPrinter,
    selectors: eventsEventSelectors,
    conversion: eventsConversion,
  },
};
