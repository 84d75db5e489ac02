/** Block diffusion that drafts with few forwards and verifies with the same model. */
package org.decodebench.speculative.self;
