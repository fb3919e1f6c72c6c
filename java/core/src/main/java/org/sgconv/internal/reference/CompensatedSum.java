package org.sgconv.internal.reference;

/**
 * A sum that keeps what its additions round away (Neumaier 1974): a row of equal values, each
 * addition of which rounds the same way, would otherwise be off by more than a transform of it.
 */
final class CompensatedSum {

  private double sum;
  private double lost;

  void add(double term) {
    double next = sum + term;
    if (!Double.isFinite(next)) {
      sum = next; // infinities are not lost
      return;
    }
    lost += Math.abs(sum) >= Math.abs(term) ? (sum - next) + term : (term - next) + sum;
    sum = next;
  }

  double value() {
    return Double.isFinite(sum) ? sum + lost : sum;
  }
}
