import { Away, Refusal, put } from './api.ts';
import { type Outcome, Positions } from './positions.ts';
import { localStore } from './storage.ts';

/** The page's one way of telling the server where the viewer is. */
export const positions = new Positions(
  localStore(),
  async (title, position, leaving): Promise<Outcome> => {
    try {
      await put(`/api/v1/positions/${encodeURIComponent(title)}`, position, leaving);
      return 'kept';
    } catch (error) {
      if (error instanceof Away) return 'later';
      if (error instanceof Refusal) return error.status >= 500 || error.status === 429 ? 'later' : 'refused';
      throw error;
    }
  },
  () => [...crypto.getRandomValues(new Uint8Array(12))].map((byte) => byte.toString(16).padStart(2, '0')).join(''),
  () => Date.now(),
);

/** Sends what an earlier page could not, and again whenever the network comes back. */
export function resumeReports(): void {
  if (Object.keys(positions.waiting).length > 0) void positions.flush();
  addEventListener('online', () => void positions.flush());
}
