package org.sgconv.cli;

import java.util.concurrent.Callable;

/**
 * A command of the command line that another artifact brings: a class with picocli's annotations
 * that {@link java.util.ServiceLoader} finds. It returns an {@link ExitStatus}.
 */
public interface Subcommand extends Callable<Integer> {}
