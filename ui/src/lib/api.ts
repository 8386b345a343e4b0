/** The JSON API of this very site. */

/** A refusal: RFC 9457, with the service's own stable `code`. */
export class Refusal extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    detail: string,
  ) {
    super(detail);
  }
}

/** An answer that did not come. */
export class Away extends Error {}

const TIMEOUT_MS = 10_000;

async function call(path: string, init: RequestInit): Promise<Response> {
  let response: Response;
  try {
    response = await fetch(path, { credentials: 'same-origin', signal: AbortSignal.timeout(TIMEOUT_MS), ...init });
  } catch (error) {
    throw new Away(String(error));
  }
  if (response.ok) return response;
  const problem = (await response.json().catch(() => ({}))) as { type?: string; code?: string; detail?: string };
  const code = problem.code ?? problem.type?.split('/').pop() ?? `http-${response.status}`;
  throw new Refusal(response.status, code, problem.detail ?? '');
}

export async function get<T>(path: string): Promise<T> {
  return (await call(path, { headers: { accept: 'application/json' } })).json() as Promise<T>;
}

export async function post<T>(path: string, body: unknown): Promise<T> {
  return (await call(path, { method: 'POST', ...json(body) })).json() as Promise<T>;
}

/** `keepalive`: to be sent although the page is going away. */
export async function put(path: string, body: unknown, keepalive: boolean): Promise<void> {
  await call(path, { method: 'PUT', keepalive, ...json(body) });
}

const json = (body: unknown): RequestInit => ({
  headers: { 'content-type': 'application/json', accept: 'application/json' },
  body: JSON.stringify(body),
});
