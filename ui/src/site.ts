import './styles/index.css';
import './islands/rail.ts';
import './islands/continue.ts';
import './islands/seasons.ts';
import { closeLanguages } from './islands/languages.ts';
import { localTimes } from './islands/times.ts';
import { showProgress } from './islands/progress.ts';
import { resumeReports } from './lib/reporter.ts';

closeLanguages();
localTimes();
void showProgress();
resumeReports();
