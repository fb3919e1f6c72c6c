package org.sgconv.nn.model;

import org.sgconv.tensor.Tensor;

/**
 * What a batch of logits is worth.
 *
 * @param mean softmax cross-entropy, the mean of the rows
 * @param gradient of that with respect to the logits (n,K), for {@link SequenceModel#backward};
 *     belongs to the pass, until its next loss. In an evaluation pass it is computed too
 * @since 0.1.0
 */
public record Loss(double mean, Tensor gradient) {}
