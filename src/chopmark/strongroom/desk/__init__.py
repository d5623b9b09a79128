"""The owner's desk: pages under the owner's name, where particulars are typed, compared and accounted for."""
