package org.djlflows.evaluation;

/**
 * The binomial distribution of n trials with the probability p.
 *
 * @param n the number of trials
 * @param p the probability, between 0 and 1
 */
record Binomial(int n, double p) {

    /** Returns \(P(X = k)\) for each k, from logarithms, since \((1 - p)^n\) can underflow. */
    private double[] probabilities() {
        double[] probabilities = new double[n + 1];
        double logarithm = n * Math.log1p(-p);
        for (int k = 0; k <= n; k++) {
            probabilities[k] = Math.exp(logarithm);
            logarithm += Math.log((n - k) / (k + 1.0) * (p / (1 - p)));
        }
        return probabilities;
    }

    /** Returns \(P(X \ge k)\). */
    double atLeast(long k) {
        double[] probabilities = probabilities();
        double sum = 0;
        for (int i = n; i >= k; i--) {
            sum += probabilities[i];
        }
        return Math.min(1, sum);
    }

    /** Returns the least k with \(P(X \le k) \ge q\). */
    int quantile(double q) {
        double[] probabilities = probabilities();
        double sum = probabilities[0];
        int k = 0;
        while (sum < q && k < n) {
            k++;
            sum += probabilities[k];
        }
        return k;
    }
}
