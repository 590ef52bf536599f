/**
 * The only source of chance in Opwright. Implementations: `systemRandom` (client) and `seededRandom` (here).
 */
export interface Random {
  /** A number in [0, 1). */
  next(): number;
  /** A version 4 UUID. */
  uuid(): string;
}
