using System.Collections.Immutable;
using System.Globalization;

namespace Dpu.Domain.Catalog;

/// <summary>Reads the language of <see cref="FileQuery"/>, by descent: or, and, not, term. Used for one text.</summary>
internal sealed class FileQueryParser
{
    // Queries come from anybody: these bound the stack, and what SQLite is asked to compile.
    private const int LengthMax = 16_384;
    private const int DepthMax = 32;
    private const int TermsMax = 400;

    private static readonly string[] Keywords = ["and", "or", "not"];

    private readonly FileQueryScanner _scanner;
    private int _depth;
    private int _terms;

    public FileQueryParser(string text)
    {
        if (text.Length > LengthMax)
        {
            throw new FormatException(string.Create(
                CultureInfo.InvariantCulture, $"A query of {text.Length} characters is too long; {LengthMax} are read at most."));
        }

        _scanner = new FileQueryScanner(text);
    }

    public static bool IsKeyword(string text) => Keywords.Contains(text, StringComparer.OrdinalIgnoreCase);

    public FileQuery Parse()
    {
        if (_scanner.AtEnd())
        {
            return FileQuery.Everything;
        }

        var query = ReadOr();
        return _scanner.AtEnd() ? query : throw _scanner.Error("this ')' closes nothing; put it in quotes when it belongs to a value");
    }

    private FileQuery ReadOr()
    {
        var terms = ImmutableArray.CreateBuilder<FileQuery>();
        do
        {
            terms.Add(ReadAnd());
        }
        while (_scanner.Take("or"));
        return terms is [var only] ? only : new FileQuery.AnyOf(terms.ToImmutable());
    }

    private FileQuery ReadAnd()
    {
        var terms = ImmutableArray.CreateBuilder<FileQuery>();
        do
        {
            terms.Add(ReadNot());
        }
        while (_scanner.Take("and") || !_scanner.AtEndOfTerms());
        return terms is [var only] ? only : new FileQuery.All(terms.ToImmutable());
    }

    private FileQuery ReadNot()
    {
        if (!_scanner.Take("not"))
        {
            return ReadPrimary();
        }

        Enter();
        var query = new FileQuery.Not(ReadNot());
        _depth--;
        return query;
    }

    private FileQuery ReadPrimary()
    {
        if (_scanner.AtEndOfTerms() || _scanner.Sees("and"))
        {
            throw _scanner.Error("a term is missing here, such as chip=ccd50");
        }

        if (_scanner.Open() is not { } opened)
        {
            return ReadTerm();
        }

        Enter();
        var query = ReadOr();
        _depth--;
        return _scanner.Close() ? query : throw FileQueryScanner.Error(opened, "this '(' is not closed; put it in quotes when it belongs to a value");
    }

    private FileQuery ReadTerm()
    {
        Count();
        var start = _scanner.Position;
        var (key, operation) = _scanner.ReadKey();
        if (operation is null)
        {
            return new FileQuery.Word(key);
        }

        if (key.Length == 0)
        {
            throw FileQueryScanner.Error(start, $"there is no key before '{operation}'; a term is written without blanks, such as visit{operation}903332");
        }

        return operation switch
        {
            "=" => new FileQuery.Has(key, ReadValues(key), Negated: false),
            "!=" => new FileQuery.Has(key, ReadValues(key), Negated: true),
            "<" => ReadCompared(key, QueryOrder.Less, operation),
            "<=" => ReadCompared(key, QueryOrder.AtMost, operation),
            ">" => ReadCompared(key, QueryOrder.More, operation),
            ">=" => ReadCompared(key, QueryOrder.AtLeast, operation),
            _ => throw new InvalidOperationException($"There is no operator '{operation}'."),
        };
    }

    private FileQuery.Compared ReadCompared(string key, QueryOrder order, string operation)
    {
        var start = _scanner.Position;
        if (_scanner.SeesList())
        {
            throw FileQueryScanner.Error(start, $"'{operation}' takes one value, not a list");
        }

        var raw = _scanner.ReadValue(inList: false);
        if (raw.IsNothing)
        {
            throw FileQueryScanner.Error(start, $"a value is missing after '{key}{operation}'; it follows without blanks");
        }

        return raw.HasBareWildcard
            ? throw FileQueryScanner.Error(start, $"'{operation}' takes one value, not a pattern; put '?' and '*' in quotes when they are meant")
            : new FileQuery.Compared(key, order, raw.Text);
    }

    private ImmutableArray<QueryValue> ReadValues(string key)
    {
        var start = _scanner.Position;
        var values = ReadValues();
        foreach (var value in values)
        {
            if (FileKeys.WhyNever(key, value) is { } reason)
            {
                throw FileQueryScanner.Error(start, reason);
            }
        }

        return values;
    }

    private ImmutableArray<QueryValue> ReadValues()
    {
        if (!_scanner.SeesList())
        {
            return [ReadValue(inList: false)];
        }

        var opened = _scanner.Position;
        var values = ImmutableArray.CreateBuilder<QueryValue>();
        do
        {
            _scanner.EnterElement();
            Count();
            values.Add(ReadValue(inList: true));
        }
        while (_scanner.SeesBar());
        _scanner.CloseList(opened);
        return values.ToImmutable();
    }

    private QueryValue ReadValue(bool inList)
    {
        var start = _scanner.Position;
        var raw = _scanner.ReadValue(inList);
        if (inList && raw.IsNothing)
        {
            throw FileQueryScanner.Error(start, "a value of this list is empty; write \"\" when that is meant, and put the list in quotes when it is a text");
        }

        if (raw.Range is not var (from, to))
        {
            return new QueryValue.Pattern(raw.Text);
        }

        if (raw.HasBareWildcard)
        {
            throw FileQueryScanner.Error(start, $"the ends of a range are values, not patterns: {raw.Text}; put it in quotes when it is a text");
        }

        if (from.Length == 0 || to.Length == 0)
        {
            var only = from.Length == 0 ? $"<={to}" : $">={from}";
            throw FileQueryScanner.Error(start, $"a range has two ends, and {raw.Text} has one: write key{only} instead; put it in quotes when it is a text");
        }

        return ValueOrder.Compare(from, to) > 0
            ? throw FileQueryScanner.Error(start, $"the range {from}..{to} runs backwards; did you mean {to}..{from}? Put it in quotes when it is a text")
            : new QueryValue.Range(from, to);
    }

    private void Enter()
    {
        if (++_depth > DepthMax)
        {
            throw _scanner.Error(string.Create(CultureInfo.InvariantCulture, $"this is nested too deeply; {DepthMax} levels are read at most"));
        }
    }

    private void Count()
    {
        if (++_terms > TermsMax)
        {
            throw _scanner.Error(string.Create(CultureInfo.InvariantCulture, $"this query has too many terms; {TermsMax} are read at most, the values of lists included"));
        }
    }
}
