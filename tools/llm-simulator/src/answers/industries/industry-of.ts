import { education } from './education.ts';
import { finance } from './finance.ts';
import { food } from './food.ts';
import { general } from './general.ts';
import { health } from './health.ts';
import type { Industry } from './industry.ts';
import { logistics } from './logistics.ts';
import { retail } from './retail.ts';
import { software } from './software.ts';

/** In order of precedence where a text speaks of several equally. */
const industries: readonly Industry[] = [food, health, education, finance, logistics, software, retail];

/** The industry whose keywords occur most often in the text; the general one where none does. */
export function industryOf(text: string): Industry {
  const ranked = industries.map((industry) => ({
    industry,
    hits: text.match(industry.keywords)?.length ?? 0,
  }));
  const best = ranked.reduce((leader, each) => (each.hits > leader.hits ? each : leader));
  return best.hits > 0 ? best.industry : general;
}
