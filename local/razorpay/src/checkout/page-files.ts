/** The two files of the checkout page. Nothing comes from elsewhere, and nothing stands inline. */
export const STYLE = `:root {
  color-scheme: light dark;
  --ink: light-dark(#1b1f24, #e8eaed);
  --quiet: light-dark(#57606a, #a4adb8);
  --paper: light-dark(#ffffff, #1c2127);
  --ground: light-dark(#eef1f4, #101418);
  --line: light-dark(#8c959f, #6e7681);
  --deed: light-dark(#0b5fc4, #4b9bff);
  --deed-ink: light-dark(#ffffff, #0b1015);
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--ground); color: var(--ink); font: 1rem/1.5 system-ui, sans-serif; }
main { max-width: 28rem; margin: 0 auto; padding: 1rem; background: var(--paper); min-height: 100vh; }
.banner { margin: 0 0 1rem; padding: .5rem .75rem; border: 1px solid var(--line); border-radius: .5rem; color: var(--quiet); }
h1 { font-size: 1.4rem; margin: 0 0 .5rem; }
.amount { font-size: 2rem; font-weight: 700; margin: 0; }
h2 { font-size: 1rem; margin: 1.5rem 0 .5rem; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .25rem 1rem; margin: 1rem 0; }
dt { color: var(--quiet); }
dd { margin: 0; overflow-wrap: anywhere; }
fieldset { border: 1px solid var(--line); border-radius: .5rem; margin: 1rem 0; padding: .25rem .75rem; }
label { display: flex; gap: .75rem; align-items: center; min-height: 2.75rem; }
button, .button { display: block; width: 100%; min-height: 2.75rem; margin: .5rem 0; padding: .5rem 1rem; border: 1px solid var(--line);
  border-radius: .5rem; background: transparent; color: inherit; font: inherit; text-align: center; text-decoration: none; cursor: pointer; }
button.deed { background: var(--deed); color: var(--deed-ink); border-color: var(--deed); font-weight: 600; }
:focus-visible { outline: 3px solid var(--deed); outline-offset: 2px; }
p { margin: .5rem 0; }
.note { color: var(--quiet); font-size: .9rem; }
`;

/** Hands the payment back without a press; without scripts the button does it. */
export const HAND_BACK_SCRIPT = `document.querySelector('form[data-hand-back]')?.requestSubmit();
`;
