"""Makes reference.csv, what scalar maps are in 60 digits: python make_reference.py > reference.csv

With mpmath on the path. The i-th parameter of a map, and after these of a network, is sin(3 i + 1).
"""

import math

import numpy
from mpmath import asinh, binomial, diff, erfc, exp, findroot, legendre, log, mp, mpf, quad, sinh, sqrt, tanh

mp.dps = 60
XS = [-1000.0, -50.0, -10.0, -3.0, -0.1, 0.0, 0.4, 2.0, 10.0, 50.0, 1000.0]


def numbers(n, begin=0):
    return [mpf(math.sin(3.0 * i + 1)) for i in range(begin, begin + n)]


def softplus(a):
    return log(1 + exp(a))


def softmax(a):
    return [exp(v) / sum(map(exp, a)) for v in a]


def clipped(s):
    return s / (1 + abs(s) / log(mpf(1000)))


def places(n, factor):
    shares = [(k + 0.5) / n for k in range(n)]
    return [mpf(float(numpy.float32(factor * 0.5 * math.log(share / (1 - share))))) for share in shares]


SCALE = 1 / sqrt(1 - mpf("0.25"))


def logistic(u):
    return 1 / (1 + exp(-u))


def normal(u):
    return erfc(-u / sqrt(mpf(2))) / 2


def logit(below, above):
    return log(below) - log(above)


def probit(below, above):
    tail = min(below, above)
    begin = sqrt(-2 * log(tail)) if tail < 0.1 else 1 - 2 * tail
    t = findroot(lambda v: log(normal(-v)) - log(tail), begin, tol=1e-90)
    return -t if below < above else t


def mixture(cdf, quantile, weights, scales, shifts):
    def f(x):
        us = [a * x + b for a, b in zip(scales, shifts)]
        return quantile(
            sum(w * cdf(u) for w, u in zip(weights, us)), sum(w * cdf(-u) for w, u in zip(weights, us))
        )

    return f


def deep_sigmoidal(units, layers):
    fs = []
    for layer in range(layers):
        theta = numbers(3 * units, 3 * units * layer)
        one = log(exp(SCALE - mpf("0.001")) - 1)
        scales = [softplus(a + one) + mpf("0.001") for a in theta[units : 2 * units]]
        shifts = [b + c for b, c in zip(theta[2 * units :], places(units, -float(SCALE)))]
        fs.append(mixture(logistic, logit, softmax(theta[:units]), scales, shifts))

    def f(x):
        for g in fs:
            x = g(x)
        return x

    return f


def dot(a, b):
    return sum(x * y for x, y in zip(a, b))


def deep_dense_sigmoidal(units, layers):
    theta = iter(numbers(2 * (layers - 1) * units**2 + (2 * layers + 1) * units))
    scale = 1 / sqrt(1 - mpf("0.25") / layers)
    one = log(exp(scale - mpf("0.001")) - 1)
    first = places(units, -float(scale) / math.sqrt(layers))
    made = []
    for layer in range(layers):
        last = layer == layers - 1
        matrix = lambda rows: [[next(theta) for _ in range(units)] for _ in range(rows)]
        seen = [softmax(row) for row in matrix(units if layer else 0)]
        prefers = [[0 if last else a * b for b in first] for a in first]
        outputs = [
            softmax([v + prefer for v, prefer in zip(row, more)])
            for row, more in zip(matrix(1 if last else units), prefers)
        ]
        scales = [softplus(next(theta) + one) + mpf("0.001") for _ in range(units)]
        shifts = [next(theta) + place for place in first]
        made.append((seen, outputs, scales, shifts))

    def f(x):
        h = [x]
        for seen, outputs, scales, shifts in made:
            inner = [dot(row, h) for row in seen] or [x] * units
            us = [a * v + b for a, v, b in zip(scales, inner, shifts)]
            h = [logit(*(dot(row, [logistic(s * u) for u in us]) for s in (1, -1))) for row in outputs]
        return h[0]

    return f


def mixture_cdf(n, cdf, quantile, deviation):
    theta = numbers(3 * n + 2)
    scales = [SCALE / exp(clipped(s)) for s in theta[2 * n : 3 * n]]
    shifts = [-(m + c) * a for m, c, a in zip(theta[n : 2 * n], places(n, deviation), scales)]
    f = mixture(cdf, quantile, softmax(theta[:n]), scales, shifts)
    return lambda x: theta[3 * n] + f(x) * exp(clipped(theta[3 * n + 1]))


def with_lines(inside, bound):
    """The function on [-bound, bound], and lines with the slopes of the ends outside."""
    ends = {end: (inside(end), diff(inside, end, h=mpf(10) ** -20)) for end in (-bound, bound)}

    def f(x):
        if abs(x) <= bound:
            return inside(x)
        end = bound if x > 0 else -bound
        return ends[end][0] + ends[end][1] * (x - end)

    return f


def polynomial(coefficients, bound):
    m = len(coefficients) - 1

    def inside(x):
        t = (x / bound + 1) / 2
        return sum(b * binomial(m, k) * t**k * (1 - t) ** (m - k) for k, b in enumerate(coefficients))

    return with_lines(inside, bound)


def bernstein(degree, bound, identity):
    step = 2 * bound / degree
    if identity:
        theta = numbers(degree - 4)
        steps = [step] * 2 + [step * (degree - 4) * a for a in softmax(theta)] + [step] * 2
        first = -bound
    else:
        theta = numbers(degree + 1)
        one = log(exp(mpf("0.999")) - 1)
        steps = [step * (softplus(a + one) + mpf("0.001")) for a in theta[1:]]
        first = theta[0] - sum(steps) / 2
    return polynomial([first + sum(steps[:k]) for k in range(degree + 1)], bound)


def powers(n):
    return [[mpf(i == j) for i in range(n)] for j in range(n)]


def legendre(n):
    found = [[mpf(i == j) for i in range(n)] for j in range(2)]
    for j in range(2, n):
        up = [mpf(0)] + found[-1][:-1]
        found.append([((2 * j - 1) * a - (j - 1) * b) / j for a, b in zip(up, found[-2])])
    return [[sqrt(mpf(2 * j + 1)) * a for a in row] for j, row in enumerate(found)]


def sum_of_squares(polynomials, degree, bound, basis):
    n = degree + 1
    theta = numbers(polynomials * n + 1)
    rows = [theta[k * n : (k + 1) * n] for k in range(polynomials)]
    for k, row in enumerate(rows):
        row[0] += 1
        row[1] += mpf(float(numpy.float32(0.3 * (2 * k / (polynomials - 1) - 1))))
    of_powers = basis(n)
    rows = [[sum(a * b[i] for a, b in zip(row, of_powers)) for i in range(n)] for row in rows]
    square = [mpf(0)] * (2 * n - 1)
    for row in rows:
        for i, a in enumerate(row):
            for j, b in enumerate(row):
                square[i + j] += a * b / polynomials
    square[0] += mpf("0.001")

    def inside(x):
        return theta[-1] + sum(q * x * (x / bound) ** j / (j + 1) for j, q in enumerate(square))

    return with_lines(inside, bound)


def integrated_network(signal, units, bound):
    theta = numbers(signal + 1)
    taken = signal + 1

    def take(n):
        nonlocal taken
        taken += n
        return numbers(n, taken - n)

    of_x, of_signal, first_bias = take(units), take(units * signal), take(units)
    second, second_bias, last, last_bias = take(units * units), take(units), take(units), take(1)[0]
    seen = [
        b + sum(of_signal[u * signal + i] * theta[1 + i] for i in range(signal)) for u, b in enumerate(first_bias)
    ]

    def g(x):
        h = [tanh(s + w * x) for s, w in zip(seen, of_x)]
        h = [tanh(b + sum(second[u * units + i] * v for i, v in enumerate(h))) for u, b in enumerate(second_bias)]
        return exp(7 * tanh((last_bias + sum(w * v for w, v in zip(last, h))) / 7))

    def f(x):
        end = max(-bound, min(bound, x))
        return theta[0] + quad(g, [0, end / 4, end / 2, end]) + g(end) * (x - end)

    def log_slope(x):
        return log(g(max(-bound, min(bound, x))))

    f.log_slope = log_slope
    return f


def networks(parameters, signal, *widths):
    """Weights of x, of the signal and biases, then those of the layers behind; and the parameters of the map."""
    taken = parameters

    def take(*shape):
        nonlocal taken
        values = numbers(math.prod(shape), taken)
        taken += len(values)
        return [values[i * shape[1] : (i + 1) * shape[1]] for i in range(shape[0])] if len(shape) > 1 else values

    first = [take(widths[0]), take(widths[0], signal), take(widths[0])]
    following = [(take(after, before), take(after)) for before, after in zip(widths, (*widths[1:], 1))]
    return numbers(parameters), first, following


def dot(weights, values):
    return sum(w * v for w, v in zip(weights, values))


def elu(h):
    return h if h > 0 else exp(h) - 1


def monotonic_network(signal, *widths):
    theta, (of_x, of_signal, bias), following = networks(signal, signal, *widths)

    def f(x):
        h = [abs(w) * x + dot(map(abs, v), theta) + b for w, v, b in zip(of_x, of_signal, bias)]
        for weight, bias_of_next in following:
            convex = (len(h) + 1) // 2
            h = [elu(v) for v in h[:convex]] + [-elu(-v) for v in h[convex:]]
            h = [dot(map(abs, row), h) + b for row, b in zip(weight, bias_of_next)]
        return h[0]

    return f


def unconstrained_monotonic(signal, points, bound, *widths):
    """By the rule, whose error is above rounding where the integrand has kinks in its slope."""
    (shift, *theta), (of_x, of_signal, bias), following = networks(signal + 1, signal, *widths)
    nodes = [findroot(lambda t: legendre(points, t), t) for t in numpy.polynomial.legendre.leggauss(points)[0]]
    rule = [((1 + t) / 2, (1 - t * t) / (points * legendre(points - 1, t)) ** 2) for t in nodes]

    def log_slope(x):
        x = max(-bound, min(bound, x))
        h = [w * x + dot(v, theta) + b for w, v, b in zip(of_x, of_signal, bias)]
        for weight, bias_of_next in following:
            h = [dot(row, [elu(v) for v in h]) + b for row, b in zip(weight, bias_of_next)]
        return h[0] / (1 + abs(h[0]) / 7)

    def f(x):
        end = max(-bound, min(bound, x))
        return shift + end * sum(w * exp(log_slope(t * end)) for t, w in rule) + exp(log_slope(end)) * (x - end)

    f.log_slope = log_slope
    return f


def analytic(layers, parameters, bend):
    """Layers of bend(u, the parameters but centre and width), then scale and shift."""
    theta = numbers(layers * parameters + 2)
    centres = [mpf(float(numpy.float32(3 * ((i + 0.5) / layers - 0.5)))) for i in range(layers)]
    one = log(exp(mpf("0.9")) - 1)

    def f(x):
        for i, place in enumerate(centres):
            centre, width, *others = theta[i * parameters : (i + 1) * parameters]
            width = softplus(width + one) + mpf("0.1")
            x = centre + place + width * bend((x - centre - place) / width, *others)
        return theta[-2] + x * exp(clipped(theta[-1]))

    return f


def cubic_rational(u, alpha):
    least, most = mpf("-0.99"), mpf("7.92")
    alpha = least + (most - least) / (1 + exp(-alpha - log(-least / most)))
    return u + alpha * u / (1 + u * u)


def sinh_between(u, beta, mu, nu):
    return asinh(exp(asinh(mu)) * (exp(asinh(nu)) * sinh(u) + beta))


def cubic(u, beta):
    target = 3 * u + 4 * u**3 + beta
    return findroot(lambda v: 3 * v + 4 * v**3 - target, u, tol=1e-100)


def sinh_arcsinh(x):
    skew, tail, shift, scale = numbers(4)
    return shift + exp(clipped(scale)) * sinh(mpf(5) ** tanh(tail) * asinh(x) + skew)


MAPS = {
    "deep-sigmoidal": deep_sigmoidal(5, 2),
    "deep-dense-sigmoidal": deep_dense_sigmoidal(4, 3),
    "logistic-cdf": mixture_cdf(4, logistic, logit, 1.0),
    "normal-cdf": mixture_cdf(4, normal, probit, math.sqrt(3) / math.pi),
    "bernstein": bernstein(16, mpf(5), False),
    "bernstein-identity": bernstein(16, mpf(5), True),
    "sum-of-squares": sum_of_squares(3, 4, mpf(5), powers),
    "sum-of-squares-legendre": sum_of_squares(3, 6, mpf(3), legendre),
    "integrated-network": integrated_network(2, 3, mpf(5)),
    "monotonic-network": monotonic_network(2, 5, 4),
    "unconstrained-monotonic": unconstrained_monotonic(2, 32, mpf(5), 5, 4),
    "cubic-rational": analytic(3, 3, cubic_rational),
    "sinh": analytic(3, 5, sinh_between),
    "cubic": analytic(3, 3, cubic),
    "sinh-arcsinh": sinh_arcsinh,
}

print("map,x,z,log_slope")
for name, f in MAPS.items():
    for x in map(mpf, XS):
        slope = f.log_slope(x) if hasattr(f, "log_slope") else log(diff(f, x, h=mpf(10) ** -20))
        print(f"{name},{float(x)},{float(f(x))!r},{float(slope)!r}")
