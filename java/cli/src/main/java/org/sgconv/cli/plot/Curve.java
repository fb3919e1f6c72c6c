package org.sgconv.cli.plot;

/**
 * Points of a line. The arrays are not copied.
 *
 * @param x ascending
 * @param y as many
 */
@SuppressWarnings("ArrayRecordComponent") // Handed straight to the plot; never compared.
public record Curve(double[] x, double[] y) {}
