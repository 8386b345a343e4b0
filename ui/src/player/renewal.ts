/** So long before the token ends it is renewed at the latest. */
const SPARE_MS = 90_000;
const SOONEST_MS = 5_000;

/**
 * When to renew: as often as the server asks, before the token ends in any case, and after a failure soon again.
 * Milliseconds from `now`.
 */
export function renewIn(now: number, expiresAt: string, heartbeatSeconds: number, failures: number): number {
  if (failures > 0) return Math.min(SOONEST_MS * 2 ** (failures - 1), 60_000);
  const expires = Date.parse(expiresAt);
  const asked = heartbeatSeconds > 0 ? heartbeatSeconds * 1000 : Infinity;
  const last = Number.isNaN(expires) ? asked : expires - now - SPARE_MS;
  const wait = Math.min(asked, last);
  return Math.max(Number.isFinite(wait) ? wait : 240_000, SOONEST_MS);
}
