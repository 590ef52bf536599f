/** Polls until `probe` returns a value other than undefined and false; throws its last error or a timeout. */
export async function eventually<T>(
  probe: () => T | Promise<T>,
  timeoutMs = 5_000,
): Promise<Exclude<T, undefined | false>> {
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    try {
      const value = await probe();
      if (value !== undefined && value !== false) return value as Exclude<T, undefined | false>;
      if (performance.now() > deadline) throw new Error(`still ${String(value)} after ${timeoutMs} ms: ${probe}`);
    } catch (error) {
      if (performance.now() > deadline) throw error;
    }
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
