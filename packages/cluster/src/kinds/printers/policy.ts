import { at, field, int } from '../tree.ts';
import { withAge } from './columns.ts';

export const podDisruptionBudgetPrinter = withAge(
  ['Min Available', 'Max Unavailable', 'Allowed Disruptions:integer'],
  (budget) => {
    const spec = at(budget, 'spec');
    return [
      String(field(spec, 'minAvailable') ?? 'N/A'),
      String(field(spec, 'maxUnavailable') ?? 'N/A'),
      int(at(budget, 'status'), 'disruptionsAllowed'),
    ];
  },
);
