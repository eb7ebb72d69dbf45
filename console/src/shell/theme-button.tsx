import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';

const NEXT = { auto: 'dark', dark: 'light', light: 'auto' } as const;
type Theme = keyof typeof NEXT;

/** Light, dark, or as the system has it. */
export const ThemeButton = () => {
  const theme = useSignal<Theme>('auto');
  useEffect(() => {
    if (theme.value === 'auto') delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = theme.value;
  }, [theme.value]);
  return (
    <button
      type="button"
      onClick={() => {
        theme.value = NEXT[theme.value];
      }}
    >
      Theme: {theme.value}
    </button>
  );
};
