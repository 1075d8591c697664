"""Second implementation of the inference, from its definitions, with NumPy and SciPy. It writes inference.generated.json:
20 fixed data sets with their results, to which the library is compared.

It shares no formula with the library: mixtures are integrated numerically, intervals are found by inverting tests, and
the sample ratio is a product of predictive probabilities.

    python3 inference.py > inference.generated.json
"""

import json
import sys

import numpy as np
from scipy import optimize, special, stats

ALPHA = 0.05

# Gauss-Legendre quadrature: exact to rounding for the smooth integrands here.
NODES, WEIGHTS = np.polynomial.legendre.leggauss(200)


def observations(seed: int, metric: str, count: int, parameter: float) -> np.ndarray:
    # Raw bits, because the streams of NumPy's distributions may change between releases.
    uniform = ((np.random.PCG64(seed).random_raw(count) >> np.uint64(11)) + 0.5) / 2**53
    if metric == "normal":
        values = parameter + stats.norm.ppf(uniform)
    elif metric == "log-normal":
        values = np.minimum(parameter * np.exp(stats.norm.ppf(uniform)), 10 * parameter)
    else:
        values = (uniform < parameter).astype(float)
    # Three decimals, so that sums are the same in every language.
    return np.round(values, 3)


def moments(values: np.ndarray) -> dict:
    return {
        "count": len(values),
        "sum": round(float(values.sum()), 3),
        "sumOfSquares": round(float((values**2).sum()), 6),
    }


def mixture_deviation(control, treatment, expected_sample: int, direction: str) -> float:
    """Standard deviation of the mixture over true differences, in standard errors of the estimate."""
    harmonic = stats.hmean([len(control), len(treatment)]) / 2
    tail = -2 * np.log(ALPHA if direction == "either" else 2 * ALPHA)
    rho = np.sqrt((tail + np.log(tail + 1)) / (expected_sample / 4))
    return rho * np.sqrt(harmonic)


def log_mixture_evidence(score: float, deviation: float, direction: str) -> float:
    """Likelihood ratio of a score against 0, integrated over the mixture of its true means."""
    sign = {"either": 0, "increase": 1, "decrease": -1}[direction]

    # The integrand's peak is at the posterior mean; its height is taken out against overflow.
    peak = score * deviation**2 / (1 + deviation**2)
    shift = max(0.0, score * peak - peak**2 / 2)
    width = 12 * deviation / np.sqrt(1 + deviation**2)
    low, high = peak - width, peak + width
    if sign == 1:
        low, high = max(low, 0.0), max(high, width)
    if sign == -1:
        low, high = min(low, -width), min(high, 0.0)
    means = low + (high - low) * (NODES + 1) / 2
    density = np.exp(-((means / deviation) ** 2) / 2) / (deviation * np.sqrt(2 * np.pi)) * (2 if sign else 1)
    value = (WEIGHTS * density * np.exp(score * means - means**2 / 2 - shift)).sum() * (high - low) / 2
    return np.log(value) + shift


def compare(control, treatment, expected_sample: int, direction: str) -> dict:
    deviation = mixture_deviation(control, treatment, expected_sample, direction)

    def log_evidence(ratio: float, offset: float) -> float:
        """Evidence against mean(treatment) = ratio · mean(control) + offset."""
        contrast = treatment.mean() - ratio * control.mean() - offset
        error = np.sqrt(
            treatment.var(ddof=1) / len(treatment) + ratio**2 * control.var(ddof=1) / len(control)
        )
        return log_mixture_evidence(contrast / error, deviation, direction)

    def bounds(evidence, estimate: float, step: float):
        def search(sign: int) -> float:
            far = estimate
            while evidence(far) < -np.log(ALPHA):
                far += sign * step
            return optimize.brentq(
                lambda value: evidence(value) + np.log(ALPHA), estimate, far, xtol=1e-13, rtol=1e-13
            )

        return {
            "estimate": estimate,
            "lower": None if direction == "decrease" else search(-1),
            "upper": None if direction == "increase" else search(1),
        }

    difference = treatment.mean() - control.mean()
    error = np.sqrt(treatment.var(ddof=1) / len(treatment) + control.var(ddof=1) / len(control))
    by_offset = bounds(lambda offset: log_evidence(1.0, offset), difference, error)
    by_ratio = bounds(
        lambda relative: log_evidence(1.0 + relative, 0.0), treatment.mean() / control.mean() - 1, error
    )
    return {
        "difference": by_offset,
        "relative": by_ratio,
        "pValue": min(1.0, float(np.exp(-log_evidence(1.0, 0.0)))),
    }


def log_event_evidence(control, treatment) -> float:
    share = len(treatment) / (len(treatment) + len(control))
    events, of_treatment = int(control.sum() + treatment.sum()), int(treatment.sum())
    ratios = [1.5, 3, 6, 15]
    betting = [share * ratio / (share * ratio + 1 - share) for ratio in ratios]
    likelihoods = [stats.binom.pmf(of_treatment, events, probability) for probability in betting]
    return float(np.log(np.mean(likelihoods)) - stats.binom.logpmf(of_treatment, events, share))


def sample_ratio(counts, weights) -> float:
    shares = np.array(weights) / sum(weights)
    evidence = [
        stats.dirichlet_multinomial.logpmf(counts, shares * concentration, sum(counts))
        - stats.multinomial.logpmf(counts, sum(counts), shares)
        for concentration in [10, 300, 10_000]
    ]
    return float(min(1.0, np.exp(np.log(3) - special.logsumexp(evidence))))


DATA_SETS = [
    # metric, control's count and parameter, treatment's count and parameter, expected sample, direction
    ("normal", 500, 10.0, 500, 10.0, 10_000, "either"),
    ("normal", 500, 10.0, 500, 10.3, 1_000, "either"),
    ("normal", 4_000, 10.0, 200, 10.2, 2_000, "either"),
    ("normal", 2_500, 10.0, 2_500, 9.9, 5_000, "either"),
    ("normal", 900, 5.0, 1_100, 5.0, 4_000, "increase"),
    ("normal", 900, 5.0, 1_100, 5.2, 4_000, "increase"),
    ("normal", 1_500, 5.0, 300, 4.8, 1_000, "decrease"),
    ("log-normal", 1_000, 2.0, 1_000, 2.0, 10_000, "either"),
    ("log-normal", 1_000, 2.0, 1_000, 2.6, 2_000, "either"),
    ("log-normal", 3_000, 2.0, 150, 4.0, 400, "increase"),
    ("log-normal", 3_000, 2.0, 150, 2.0, 400, "increase"),
    ("log-normal", 5_000, 0.5, 5_000, 0.45, 10_000, "either"),
    ("log-normal", 700, 0.5, 650, 0.4, 1_000, "decrease"),
    ("proportion", 2_000, 0.05, 2_000, 0.05, 10_000, "either"),
    ("proportion", 2_000, 0.05, 2_000, 0.09, 5_000, "either"),
    ("proportion", 4_000, 0.01, 4_000, 0.01, 10_000, "either"),
    ("proportion", 4_000, 0.01, 4_000, 0.02, 10_000, "increase"),
    ("proportion", 1_900, 0.2, 120, 0.4, 500, "increase"),
    ("proportion", 800, 0.5, 900, 0.45, 2_000, "decrease"),
    ("proportion", 10_000, 0.3, 2_000, 0.31, 10_000, "either"),
]

def rounded(value):
    """Nine significant digits, which do not depend on the release of SciPy."""
    if isinstance(value, dict):
        return {key: rounded(part) for key, part in value.items()}
    return float(f"{value:.9g}") if isinstance(value, float) else value


cases = []
for number, (metric, n_control, p_control, n_treatment, p_treatment, expected, direction) in enumerate(DATA_SETS):
    control = observations(2 * number + 1, metric, n_control, p_control)
    treatment = observations(2 * number + 2, metric, n_treatment, p_treatment)
    counts = [n_control, n_treatment]
    weights = [50_000, 50_000] if number % 2 == 0 else counts
    case = {
        "metric": metric,
        "control": moments(control),
        "treatment": moments(treatment),
        "settings": {
            "alpha": ALPHA,
            "direction": direction,
            "expectedSample": expected,
            "isProportion": metric == "proportion",
        },
        "comparison": rounded(compare(control, treatment, expected, direction)),
        "sampleRatio": {"counts": counts, "weights": weights, "pValue": rounded(sample_ratio(counts, weights))},
    }
    if metric == "proportion":
        case["logEventEvidence"] = rounded(log_event_evidence(control, treatment))
    cases.append(case)


sys.stdout.reconfigure(encoding="utf-8")
print("[\n" + ",\n".join("  " + json.dumps(case) for case in cases) + "\n]")
