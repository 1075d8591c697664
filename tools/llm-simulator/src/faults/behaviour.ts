import { createRandom, type Random } from '../random.ts';
import { type Effect, plainEffect } from './effect.ts';
import { effectFields } from './effect-fields.ts';
import { integerBetween, oneOf, type Readers, readFields } from './field-readers.ts';
import { applies, type CallSubject, type Rule, rules, used } from './rule.ts';

/** The effect of ordinary calls, and the rules for exceptions. */
export interface Behaviour extends Omit<Effect, 'fault' | 'afterChunks'> {
  /** The first rule that applies to a call changes its effect. */
  readonly rules: readonly Rule[];
  /** Number of next connections that are destroyed as soon as they are accepted. */
  readonly refuseConnections: number;
  /** `derived`: the same request gets the same ID and time. `unique`: each call gets its own by the clock. */
  readonly ids: 'derived' | 'unique';
}

/** The current behaviour and its decisions. */
export interface BehaviourControl {
  current(): Behaviour;
  /** Replaces the named fields. Throws an ApiError 400 and changes no field if one is invalid. */
  patch(change: unknown): Behaviour;
  /** Restores the initial behaviour and the first random decision of the seed. */
  reset(): Behaviour;
  /** The effect of a call: its own directive, else the first rule that applies, else the ordinary effect. */
  effectFor(subject: CallSubject, directive: Partial<Effect> | null): Effect;
  /** Calls the listener after every patch and reset. */
  onChange(listener: (behaviour: Behaviour) => void): void;
  /** Decides if the newly accepted connection is destroyed. */
  refusesConnection(): boolean;
}

const { fault: _fault, afterChunks: _afterChunks, ...ordinaryFields } = effectFields;

const behaviourFields: Readers<Behaviour> = {
  ...ordinaryFields,
  rules,
  refuseConnections: integerBetween(0, 1_000_000_000),
  ids: oneOf('derived', 'unique'),
};

const { fault: _none, afterChunks: _half, ...ordinaryEffect } = plainEffect;
const calm: Behaviour = { ...ordinaryEffect, rules: [], refuseConnections: 0, ids: 'derived' };

/** Applies `initial` to a behaviour without faults. Throws an ApiError 400 if `initial` is invalid. */
export function createBehaviour(seed: number, initial: unknown = {}): BehaviourControl {
  const first: Behaviour = { ...calm, ...readFields(initial, behaviourFields) };
  let behaviour = first;
  let ordinary = ordinaryEffectOf(first);
  let random = createRandom(seed);
  const listeners: ((behaviour: Behaviour) => void)[] = [];

  function become(next: Behaviour): Behaviour {
    behaviour = next;
    ordinary = ordinaryEffectOf(next);
    for (const listener of listeners) listener(next);
    return next;
  }

  return {
    current: () => behaviour,
    patch: (change) => become({ ...behaviour, ...readFields(change, behaviourFields) }),
    reset() {
      random = createRandom(seed);
      return become(first);
    },
    effectFor(subject, directive) {
      if (directive) return { ...ordinary, ...directive };
      const rule = firstApplying(behaviour.rules, subject, random);
      if (!rule) return ordinary;
      behaviour = { ...behaviour, rules: behaviour.rules.map((each) => (each === rule ? used(each) : each)) };
      return { ...ordinary, ...effectOf(rule) };
    },
    onChange: (listener) => void listeners.push(listener),
    refusesConnection() {
      if (behaviour.refuseConnections === 0) return false;
      behaviour = { ...behaviour, refuseConnections: behaviour.refuseConnections - 1 };
      return true;
    },
  };
}

function ordinaryEffectOf(behaviour: Behaviour): Effect {
  const { rules: _rules, refuseConnections: _refuse, ids: _ids, ...effect } = behaviour;
  return { ...plainEffect, ...effect };
}

function firstApplying(all: readonly Rule[], subject: CallSubject, random: Random): Rule | undefined {
  return all.find((rule) => applies(rule, subject, random));
}

function effectOf(rule: Rule): Partial<Effect> {
  const { model: _model, key: _key, probability: _probability, count: _count, ...effect } = rule;
  return effect;
}
