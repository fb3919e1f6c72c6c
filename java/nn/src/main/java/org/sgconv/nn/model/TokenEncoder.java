package org.sgconv.nn.model;

import org.sgconv.InvalidArgumentException;
import org.sgconv.nn.OptimizerHint;
import org.sgconv.nn.Parameter;
import org.sgconv.nn.Pass;
import org.sgconv.nn.StateVisitor;
import org.sgconv.nn.state.ParameterSource;
import org.sgconv.nn.state.ParameterSource.Start;
import org.sgconv.tensor.Tensor;

/** A table of vectors (V,H), one for each token. */
final class TokenEncoder implements Encoder {

  private final int vocabulary;
  private final int hidden;
  private final Parameter table;

  TokenEncoder(int vocabulary, int hidden, ParameterSource source) {
    this.vocabulary = vocabulary;
    this.hidden = hidden;
    this.table =
        Parameter.of(
            source.tensor("weight", Start.NORMAL, 1, vocabulary, hidden), OptimizerHint.COMMON);
  }

  @Override
  public Tensor forward(ModelInput input, Pass pass) {
    TokenBatch tokens = tokens(input);
    pass.requireParameter("the table of tokens", table.value());
    tokens.requireBelow(vocabulary);
    Tensor y = pass.scratch("encoded", tokens.batch(), hidden, tokens.length());
    pass.operations().embed(tokens.segment(), table.value(), y);
    return y;
  }

  @Override
  public void backward(ModelInput input, Tensor dy, Pass pass) {
    pass.operations().embedBackward(tokens(input).segment(), dy, table.overwriteGradient());
  }

  private static TokenBatch tokens(ModelInput input) {
    if (input instanceof TokenBatch tokens) {
      return tokens;
    }
    throw new InvalidArgumentException(
        "the model takes tokens, and is given signals: make a TokenBatch of the input");
  }

  @Override
  public void visit(StateVisitor visitor) {
    visitor.parameter("weight", table, vocabulary, hidden);
  }

  @Override
  public void close() {
    table.close();
  }
}
