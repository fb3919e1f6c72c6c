package org.sgconv.nn.state;

import org.sgconv.nn.Parameter;

/**
 * A parameter of a model.
 *
 * @param name as a file has it
 * @param parameter its value and gradient
 * @since 0.1.0
 */
public record NamedParameter(String name, Parameter parameter) {}
