import '@fontsource-variable/inter/wght.css';
import './design/base.css';
import './design/tokens.css';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { createApp } from './app.tsx';

const root = document.getElementById('root');
if (root) createRoot(root).render(<StrictMode>{createApp()}</StrictMode>);
