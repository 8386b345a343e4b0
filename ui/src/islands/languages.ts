/** Closes the language picker on a click elsewhere and on Escape, as people expect of a menu. */
export function closeLanguages(): void {
  const picker = document.querySelector<HTMLDetailsElement>('.languages details');
  if (!picker) return;
  document.addEventListener('click', (event) => {
    if (picker.open && !picker.contains(event.target as Node)) picker.open = false;
  });
  picker.addEventListener('keydown', (event) => {
    if (event.key !== 'Escape' || !picker.open) return;
    picker.open = false;
    picker.querySelector('summary')?.focus();
  });
}
