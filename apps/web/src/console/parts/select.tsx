import { type ComponentProps, useId } from 'react';
import fields from '../../parts/field.module.css';

/** A labelled choice from a short list, with the control of the browser. */
export function Select({
  label,
  options,
  ...rest
}: ComponentProps<'select'> & {
  readonly label: string;
  readonly options: readonly { readonly value: string; readonly name: string }[];
}) {
  const id = useId();
  return (
    <div className={fields.field}>
      <label className={fields.label} htmlFor={id}>
        {label}
      </label>
      <select {...rest} id={id} className={fields.input}>
        {options.map(({ value, name }) => (
          <option key={value} value={value}>
            {name}
          </option>
        ))}
      </select>
    </div>
  );
}
