"""Whether targets compute what they claim: `tandem conformance`."""
