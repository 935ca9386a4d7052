//! Roles: what a syntax node means to a metric. Metrics know roles and never a node kind or a
//! language.

use std::ops::{BitAnd, BitOr, BitOrAssign, Not};

/// A set of roles.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Hash)]
pub struct Roles(u128);

macro_rules! roles {
    ($($name:ident $konst:ident $doc:literal,)+) => {
        #[expect(non_camel_case_types, reason = "numbers the roles; the variants are the names in the specs")]
        #[expect(clippy::upper_case_acronyms, reason = "no variant is an acronym; the list is lower case throughout")]
        enum Number { $($konst,)+ }

        /// Every role: its name in a spec, its set of one, what it means.
        pub const ROLES: &[(&str, Roles, &str)] = &[$((stringify!($name), Roles::$konst, $doc),)+];

        impl Roles {
            $(#[doc = $doc] pub const $konst: Self = Self(1 << Number::$konst as u32);)+
        }
    };
}

roles! {
    // Spaces.
    function FUNCTION "a named function, method or constructor with a body",
    closure CLOSURE "a function without a declaration: lambda, arrow function, block",
    class CLASS "a class",
    struct STRUCT "a struct or record",
    union UNION "a union",
    enum ENUM "an enumeration",
    trait TRAIT "a trait or protocol",
    impl IMPL "an implementation block or extension",
    interface INTERFACE "an interface",
    namespace NAMESPACE "a namespace, module or package with a body",
    public_members PUBLIC_MEMBERS "a class-like space whose members are public whatever their modifiers",
    // Decisions.
    if IF "an if statement or expression",
    elif ELIF "an else-if written as a clause of its own",
    else_if ELSE_IF "an if that stands directly behind an else",
    else ELSE "an else clause or keyword",
    ternary TERNARY "a conditional expression",
    loop LOOP "a loop",
    switch SWITCH "a switch, match, case or select",
    arm ARM "a label or arm of a switch that is decided on",
    default DEFAULT "a default label or an arm that matches whatever is left",
    try TRY "a statement that catches exceptions",
    catch CATCH "an exception handler",
    finally FINALLY "a clause that always runs",
    loop_else LOOP_ELSE "the else clause of a loop",
    try_else TRY_ELSE "the else clause of a try",
    let_else LET_ELSE "a binding with an else",
    assert ASSERT "an assertion statement",
    decision DECISION "a decision that the grammar gives no structure",
    comprehension_for COMPREHENSION_FOR "a for of a comprehension",
    comprehension_if COMPREHENSION_IF "an if of a comprehension",
    // Operators.
    logical_and LOGICAL_AND "a short-circuit and",
    logical_or LOGICAL_OR "a short-circuit or",
    coalesce COALESCE "a null-coalescing operator",
    safe_navigation SAFE_NAVIGATION "a null-safe member access",
    logical_assign LOGICAL_ASSIGN "an assignment with a short-circuit operator",
    try_operator TRY_OPERATOR "an operator that returns early on failure",
    comparison COMPARISON "a comparison",
    logical_expression LOGICAL_EXPRESSION "an expression of a short-circuit operator and its two sides",
    comparison_expression COMPARISON_EXPRESSION "an expression of a comparison and its sides",
    condition CONDITION "what holds a condition, under the field `condition` or as its first child, without deciding itself",
    choice CHOICE "an expression of short-circuit operators that chooses a default value or what is shown",
    not NOT "a negation",
    paren PAREN "parentheses around an expression",
    // Jumps.
    return RETURN "a return",
    throw THROW "a throw or raise",
    break BREAK "a break without a label",
    continue CONTINUE "a continue without a label",
    labelled LABELLED "a break or continue to a label",
    goto GOTO "a goto",
    label LABEL "a statement that others may jump to",
    yield YIELD "a yield of a generator",
    // Tokens.
    comment COMMENT "a comment",
    string STRING "a string literal, its inside is code",
    operand OPERAND "an identifier or literal",
    separator SEPARATOR "a token without meaning of its own",
    closer CLOSER "a closing bracket, one operator with its opening one",
    token TOKEN "a node taken as one token, its children unread",
    // Counts.
    parameters PARAMETERS "a list of formal parameters",
    parameter PARAMETER "a formal parameter outside a list",
    not_parameter NOT_PARAMETER "an entry of a parameter list that is no parameter",
    names_each NAMES_EACH "a parameter that declares one parameter for each name in it",
    statement STATEMENT "a logical statement",
    block BLOCK "a list of statements",
    default_value DEFAULT_VALUE "a default value of a parameter or of a part of a pattern",
    attribute ATTRIBUTE "a field or attribute of a class",
    own_attribute OWN_ATTRIBUTE "an attribute that a method gives to its object",
    member MEMBER "a method that is declared without a body",
    head HEAD "a part of a class or a function that runs where that is defined: bases, computed names",
    block_call BLOCK_CALL "a call that runs the block it is given, as a loop does",
    call CALL "a call or instantiation",
    assignment ASSIGNMENT "an assignment, increment or initialisation",
}

impl Roles {
    /// No role.
    pub const NONE: Self = Self(0);
    /// What owns metrics of its own.
    pub const SPACES: Self = Self(
        Self::FUNCTION.0
            | Self::CLOSURE.0
            | Self::CLASS.0
            | Self::STRUCT.0
            | Self::UNION.0
            | Self::ENUM.0
            | Self::TRAIT.0
            | Self::IMPL.0
            | Self::INTERFACE.0
            | Self::NAMESPACE.0,
    );
    /// Functions and closures.
    pub const FUNCTIONS: Self = Self(Self::FUNCTION.0 | Self::CLOSURE.0);
    /// What branches and nests what is inside.
    pub const BRANCHES: Self = Self(Self::IF.0 | Self::TERNARY.0 | Self::SWITCH.0 | Self::LOOP.0 | Self::CATCH.0);
    /// Short-circuit operators that form sequences.
    pub const LOGICAL: Self = Self(Self::LOGICAL_AND.0 | Self::LOGICAL_OR.0);

    /// What may have a header: a condition or subject that is read before its nesting begins.
    pub const HEADED: Self = Self(
        Self::IF.0
            | Self::ELIF.0
            | Self::ELSE_IF.0
            | Self::LET_ELSE.0
            | Self::TERNARY.0
            | Self::LOOP.0
            | Self::SWITCH.0
            | Self::CATCH.0,
    );

    /// What may hold a condition under the field of that name.
    pub const CONDITIONAL: Self = Self(Self::IF.0 | Self::ELIF.0 | Self::LOOP.0 | Self::TERNARY.0 | Self::ELSE_IF.0);

    /// In a condition's place these are no bare condition: they hold one, count by their operator,
    /// or mean nothing of themselves.
    pub const WRITTEN_CONDITIONS: Self = Self(
        Self::LOGICAL_EXPRESSION.0
            | Self::COMPARISON_EXPRESSION.0
            | Self::COMPARISON.0
            | Self::LOGICAL.0
            | Self::PAREN.0
            | Self::NOT.0
            | Self::SEPARATOR.0
            | Self::COMMENT.0,
    );

    /// Whether the two sets share a role.
    #[inline]
    #[must_use]
    pub const fn has(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }

    /// Whether there is no role.
    #[inline]
    #[must_use]
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// The role of that name.
    #[must_use]
    pub fn by_name(name: &str) -> Option<Self> {
        ROLES.iter().find(|(known, ..)| *known == name).map(|(_, role, _)| *role)
    }

    /// The names of the roles in the set.
    pub fn names(self) -> impl Iterator<Item = &'static str> {
        ROLES.iter().filter(move |(_, role, _)| self.has(*role)).map(|(name, ..)| *name)
    }
}

impl BitOr for Roles {
    type Output = Self;
    fn bitor(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
}

impl BitOrAssign for Roles {
    fn bitor_assign(&mut self, other: Self) {
        self.0 |= other.0;
    }
}

impl BitAnd for Roles {
    type Output = Self;
    fn bitand(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }
}

impl Not for Roles {
    type Output = Self;
    fn not(self) -> Self {
        Self(!self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_role_is_one_bit_of_its_own() {
        let all = ROLES.iter().fold(Roles::NONE, |all, (name, role, _)| {
            assert!(!all.has(*role), "{name} shares a bit");
            assert_eq!(role.0.count_ones(), 1, "{name}");
            all | *role
        });
        assert_eq!(all.names().count(), ROLES.len());
    }
}
