/** What the player says: texts from the page, with {blanks}. */
export type Texts = (key: string, blanks?: Record<string, string | number>) => string;

export function texts(json: string | null): Texts {
  let all: Record<string, string> = {};
  try {
    all = JSON.parse(json ?? '{}') as Record<string, string>;
  } catch {
    // The keys will have to do.
  }
  return (key, blanks = {}) =>
    (all[key] ?? key).replace(/\{(\w+)\}/g, (whole, name: string) => String(blanks[name] ?? whole));
}

/** 75 → `1:15`, 3675 → `1:01:15`. */
export function clock(seconds: number): string {
  const whole = Math.max(0, Math.floor(Number.isFinite(seconds) ? seconds : 0));
  const two = (n: number) => String(n).padStart(2, '0');
  const [h, m, s] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  return h > 0 ? `${h}:${two(m)}:${two(s)}` : `${m}:${two(s)}`;
}
