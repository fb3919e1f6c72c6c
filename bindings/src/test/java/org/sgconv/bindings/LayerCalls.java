package org.sgconv.bindings;

import static org.sgconv.bindings.NativeCall.in;
import static org.sgconv.bindings.NativeCall.integers;
import static org.sgconv.bindings.NativeCall.out;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;

/** Every call of layers on a context, of small signals; workspaces are right. */
final class LayerCalls {

  private static final long B = 2;
  private static final long H = 3;
  private static final long L = 9;
  private static final long V = 5;
  private static final long P = 4;
  private static final long ROW = B * H;
  private static final long POSITIONS = B * L;
  private static final long SIGNAL = B * H * L;
  private static final DropoutRule RULE = new DropoutRule(0.5, 1, 2, 3);
  private static final SignalShape SHAPE = new SignalShape(B, H, L);
  private static final LinearShape LINEAR =
      new LinearShape(B, H, P, L, true, true, RULE, DropoutRule.NONE);

  private LayerCalls() {}

  static List<NativeCall> of(CpuContext context, CpuElement element) {
    CpuElementwise elementwise = context.elementwise();
    CpuSequences sequences = context.sequences();
    CpuNorms norms = context.norms();
    CpuLinear linear = context.linear();
    MemorySegment workspace = workspace(norms.workspaceBytes(SHAPE, element));
    MemorySegment forward = workspace(linear.workspaceBytes(LINEAR, element, false));
    MemorySegment backward = workspace(linear.workspaceBytes(LINEAR, element, true));
    MemorySegment rows = workspace(sequences.embedWorkspaceBytes(SHAPE, V, element));
    NativeCall.Parameter x = in("x", SIGNAL, element);
    NativeCall.Parameter y = out("y", SIGNAL, element);
    NativeCall.Parameter dy = in("dy", SIGNAL, element);
    NativeCall.Parameter dx = out("dx", SIGNAL, element);
    NativeCall.Parameter weight = in("weight", H, element);
    NativeCall.Parameter dweight = out("dweight", H, element);
    NativeCall.Parameter dbias = out("dbias", H, element);
    return List.of(
        new NativeCall(
            "gelu",
            List.of(x, y),
            a -> elementwise.gelu(SIGNAL, element, RULE, a.get("x"), a.get("y"))),
        new NativeCall(
            "geluBackward",
            List.of(x, dy, dx),
            a ->
                elementwise.geluBackward(
                    SIGNAL, element, RULE, a.get("x"), a.get("dy"), a.get("dx"))),
        new NativeCall(
            "add",
            List.of(x, in("branch", SIGNAL, element), out("sum", SIGNAL, element)),
            a -> elementwise.add(SHAPE, element, RULE, a.get("x"), a.get("branch"), a.get("sum"))),
        new NativeCall(
            "transpose",
            List.of(x, y),
            a -> elementwise.transpose(B, H, L, element, a.get("x"), a.get("y"))),
        new NativeCall(
            "layer",
            List.of(
                x,
                weight,
                in("bias", H, element),
                y,
                out("mean", POSITIONS, element),
                out("scale", POSITIONS, element)),
            a ->
                norms.layer(
                    SHAPE,
                    element,
                    1e-5,
                    a.get("x"),
                    a.get("weight"),
                    a.get("bias"),
                    a.get("y"),
                    a.get("mean"),
                    a.get("scale"),
                    workspace)),
        new NativeCall(
            "layerBackward",
            List.of(
                x,
                weight,
                in("mean", POSITIONS, element),
                in("scale", POSITIONS, element),
                dy,
                in("residual", SIGNAL, element),
                dx,
                dweight,
                dbias),
            a ->
                norms.layerBackward(
                    SHAPE,
                    element,
                    a.get("x"),
                    a.get("weight"),
                    a.get("mean"),
                    a.get("scale"),
                    a.get("dy"),
                    a.get("residual"),
                    a.get("dx"),
                    a.get("dweight"),
                    a.get("dbias"),
                    workspace)),
        new NativeCall(
            "scalar",
            List.of(
                x,
                in("shift", 1, element),
                in("factor", 1, element),
                y,
                out("mean", POSITIONS, element),
                out("scale", POSITIONS, element)),
            a ->
                norms.scalar(
                    SHAPE,
                    element,
                    a.get("x"),
                    a.get("shift"),
                    a.get("factor"),
                    a.get("y"),
                    a.get("mean"),
                    a.get("scale"),
                    workspace)),
        new NativeCall(
            "scalarBackward",
            List.of(
                x,
                in("shift", 1, element),
                in("factor", 1, element),
                in("mean", POSITIONS, element),
                in("scale", POSITIONS, element),
                dy,
                in("residual", SIGNAL, element),
                dx,
                out("dshift", 1, element),
                out("dfactor", 1, element)),
            a ->
                norms.scalarBackward(
                    SHAPE,
                    element,
                    a.get("x"),
                    a.get("shift"),
                    a.get("factor"),
                    a.get("mean"),
                    a.get("scale"),
                    a.get("dy"),
                    a.get("residual"),
                    a.get("dx"),
                    a.get("dshift"),
                    a.get("dfactor"),
                    workspace)),
        new NativeCall(
            "batch",
            List.of(
                x,
                weight,
                in("bias", H, element),
                y,
                out("mean", H, element),
                out("variance", H, element)),
            a ->
                norms.batch(
                    SHAPE,
                    element,
                    false,
                    1e-5,
                    a.get("x"),
                    a.get("weight"),
                    a.get("bias"),
                    a.get("y"),
                    a.get("mean"),
                    a.get("variance"),
                    workspace)),
        new NativeCall(
            "batchBackward",
            List.of(
                x,
                weight,
                in("mean", H, element),
                in("variance", H, element),
                dy,
                in("residual", SIGNAL, element),
                dx,
                dweight,
                dbias),
            a ->
                norms.batchBackward(
                    SHAPE,
                    element,
                    1e-5,
                    a.get("x"),
                    a.get("weight"),
                    a.get("mean"),
                    a.get("variance"),
                    a.get("dy"),
                    a.get("residual"),
                    a.get("dx"),
                    a.get("dweight"),
                    a.get("dbias"),
                    workspace)),
        new NativeCall(
            "embed",
            List.of(integers("tokens", POSITIONS), in("table", V * H, element), y),
            a -> sequences.embed(SHAPE, V, element, a.get("tokens"), a.get("table"), a.get("y"))),
        new NativeCall(
            "embedBackward",
            List.of(integers("tokens", POSITIONS), dy, out("dtable", V * H, element)),
            a ->
                sequences.embedBackward(
                    SHAPE, V, element, a.get("tokens"), a.get("dy"), a.get("dtable"), rows)),
        new NativeCall(
            "pool",
            List.of(x, out("y", ROW, element)),
            a -> sequences.pool(SHAPE, element, false, null, a.get("x"), a.get("y"))),
        new NativeCall(
            "poolBackward",
            List.of(in("dy", ROW, element), dx),
            a -> sequences.poolBackward(SHAPE, element, true, null, a.get("dy"), a.get("dx"))),
        new NativeCall(
            "linear",
            List.of(
                x,
                in("weight", 2 * P * H, element),
                in("bias", 2 * P, element),
                in("residual", B * P * L, element),
                out("z", 2 * B * P * L, element),
                out("y", B * P * L, element)),
            a ->
                linear.forward(
                    LINEAR,
                    element,
                    a.get("x"),
                    a.get("weight"),
                    a.get("bias"),
                    a.get("residual"),
                    a.get("z"),
                    a.get("y"),
                    forward)),
        new NativeCall(
            "linearBackward",
            List.of(
                x,
                in("weight", 2 * P * H, element),
                in("z", 2 * B * P * L, element),
                in("dy", B * P * L, element),
                dx,
                out("dweight", 2 * P * H, element),
                out("dbias", 2 * P, element)),
            a ->
                linear.backward(
                    LINEAR,
                    element,
                    a.get("x"),
                    a.get("weight"),
                    a.get("z"),
                    a.get("dy"),
                    a.get("dx"),
                    a.get("dweight"),
                    a.get("dbias"),
                    backward)));
  }

  private static MemorySegment workspace(long bytes) {
    return bytes == 0 ? null : Arena.ofAuto().allocate(bytes, 64);
  }
}
