/** Stands in for k6/execution: the test sets which virtual user runs. */
const vu = { idInTest: 1 };

export default { vu };
