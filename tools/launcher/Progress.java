import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/**
 * Says on the error stream what is being done and since when: on a terminal in one line that is
 * written again each second, otherwise in a line for each step and four a minute.
 */
final class Progress {

  private static final int STEPS = 4;
  private static final int SECONDS_BETWEEN_LINES = 15;
  private static final int WIDTH = 79;

  private record Step(int number, String name, Supplier<String> detail) {}

  private final boolean terminal;
  private final PrintStream err = System.err;
  private final long began = System.nanoTime();
  private final List<Step> current = new ArrayList<>();
  private int started;
  private boolean closed;

  Progress(boolean terminal) {
    this.terminal = terminal;
  }

  synchronized void say(String text) {
    err.println("sgconv: " + text);
  }

  synchronized void begin(String text) {
    say(text);
    Thread.ofPlatform().daemon().start(this::repeat);
  }

  void step(String name) {
    step(name, () -> "");
  }

  /** A step of the thread that calls takes the place of the one before. */
  synchronized void step(String name, Supplier<String> detail) {
    current.removeIf(step -> step.name().startsWith("fetching") && name.endsWith("Java"));
    started++;
    current.add(new Step(started, name, detail));
    if (!terminal) {
      Step step = current.getLast();
      say(
          String.format(
              Locale.ROOT, "[%3d s] step %d of %d: %s", seconds(), step.number(), STEPS, name));
    }
  }

  synchronized void done(String name) {
    current.removeIf(step -> step.name().equals(name));
  }

  /** The line on a terminal is gone. */
  synchronized void close() {
    if (!closed && terminal) {
      err.print("\r\u001b[K");
      err.flush();
    }
    closed = true;
  }

  private synchronized void repeat() {
    try {
      while (!closed) {
        wait(terminal ? 1000 : SECONDS_BETWEEN_LINES * 1000L);
        if (closed || current.isEmpty()) {
          continue;
        }
        String text =
            current.stream()
                .map(step -> step.number() + "/" + STEPS + " " + step.name() + step.detail().get())
                .collect(Collectors.joining(", "));
        if (terminal) {
          String line = "sgconv: " + seconds() + " s: " + text;
          err.print("\r\u001b[K" + line.substring(0, Math.min(WIDTH, line.length())));
          err.flush();
        } else {
          say(String.format(Locale.ROOT, "[%3d s] %s", seconds(), text));
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private long seconds() {
    return (System.nanoTime() - began) / 1_000_000_000L;
  }
}
