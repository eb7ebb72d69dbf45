import './style/console.css';
import { render } from 'preact';
import * as z from 'zod';
import { Console } from './shell/console.tsx';
import { loadConfig } from './shell/load-config.ts';

// The page may not make code from text (Content-Security-Policy), and zod would try.
z.config({ jitless: true });

const root = document.getElementById('console');
if (root) render(<Console loadConfig={loadConfig} storage={sessionStorage} place={location} />, root);
