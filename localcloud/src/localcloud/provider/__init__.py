"""The AWS provider of the local cloud: Pulumi's `aws` types, served by the emulated API and by nothing else.

plugin -> servicer -> provider: a gRPC skin over `Provider`, which is plain Python and can be used in process.
`Provider` looks up a type in `schema` (names, types, what forces replacement) and in `resources` (what to call).
A type without an entry there is kept as a record (`recorded`): validated, stored, read back, never executed.
"""
