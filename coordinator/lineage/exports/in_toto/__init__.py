"""A job as in-toto knows supply chains: `statement` attests each attempt, `layout` and `links` prove the whole."""
