import { TransportError } from '@opwright/client';
import { StatusError } from '@opwright/machinery';
import { UserError } from './user-error.ts';

/**
 * What to print for a failure: what went wrong, then what to do. The stack stays away unless OPWRIGHT_DEBUG is set: it helps
 * the developers of Opwright, not its users.
 */
export function describeError(error: unknown): string[] {
  const { message, remedy } = explain(error);
  const lines = [`error: ${message}`];
  if (remedy !== undefined) lines.push('', remedy);
  if (process.env.OPWRIGHT_DEBUG && error instanceof Error) lines.push('', error.stack ?? '');
  return lines;
}

function explain(error: unknown): { message: string; remedy?: string | undefined } {
  if (error instanceof UserError) return { message: error.message, remedy: error.remedy };
  if (error instanceof StatusError) return { message: error.message, remedy: remedyForStatus(error) };
  if (error instanceof TransportError) {
    return {
      message: `the cluster cannot be reached: ${error.message}`,
      remedy:
        'Check that the cluster runs and that the current context of the kubeconfig points to it (kubectl config current-context).',
    };
  }
  if (error instanceof AggregateError && error.errors.length > 0) return explain(error.errors[0]);
  if (!(error instanceof Error)) return { message: String(error) };
  const { code, port } = error as NodeJS.ErrnoException & { port?: number };
  if (code === 'EADDRINUSE') {
    return {
      message: `port ${port} is in use`,
      remedy: 'Stop the program that uses it, or choose another port (see --help).',
    };
  }
  if (code === 'EACCES') return { message: error.message, remedy: 'Choose a path or port that this user may use.' };
  return { message: error.message };
}

function remedyForStatus(error: StatusError): string | undefined {
  switch (error.reason) {
    case 'Forbidden':
      return 'Grant the permission to the user of the kubeconfig; opwright manifests --only rbac prints what the operator needs.';
    case 'Unauthorized':
      return 'Renew the credentials of the kubeconfig.';
    default:
      return undefined;
  }
}
