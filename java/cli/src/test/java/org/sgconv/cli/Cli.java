package org.sgconv.cli;

import java.io.PrintWriter;
import java.io.StringWriter;

/** One call of the command line, in this process. */
public record Cli(int status, String out, String err) {

  public static Cli run(Object... args) {
    String[] texts = new String[args.length];
    for (int i = 0; i < args.length; i++) {
      texts[i] = args[i].toString();
    }
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    int status = Main.execute(new PrintWriter(out), new PrintWriter(err), texts);
    return new Cli(status, out.toString(), err.toString());
  }
}
